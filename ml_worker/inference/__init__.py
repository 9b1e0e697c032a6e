"""Arrays in, instances out. Knows no job and no table."""
