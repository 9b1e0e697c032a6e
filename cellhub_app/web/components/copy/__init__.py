"""A button that copies."""
