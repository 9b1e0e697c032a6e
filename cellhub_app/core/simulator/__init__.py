"""Infinite labelled pictures: bright-field organoids and spheroids, invasion, fluorescent nuclei; and the sample project's."""
