"""The images of a project in a row."""
