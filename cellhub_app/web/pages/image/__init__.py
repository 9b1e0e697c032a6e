"""One image in the viewer."""
