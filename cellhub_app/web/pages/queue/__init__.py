"""Everything that is running."""
