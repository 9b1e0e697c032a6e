"""A project and its tabs."""
