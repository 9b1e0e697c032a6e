"""Polygons: reading, editing, history, measurements."""
