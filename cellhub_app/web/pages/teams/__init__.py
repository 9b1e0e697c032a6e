"""The page of teams."""
