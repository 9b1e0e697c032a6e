"""The image viewer with its polygons."""
