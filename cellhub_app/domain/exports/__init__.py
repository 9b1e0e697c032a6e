"""Exports: what was measured and drawn, in the files of other programs, as one ZIP made by a worker."""
