"""The list of objects and the measures of one."""
