"""Results of a project: all its objects as columns, what is asked of them, and the figures that come of it."""
