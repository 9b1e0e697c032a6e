"""Things to do that need several subjects at once."""
