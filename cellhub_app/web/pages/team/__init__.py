"""The page of one team."""
