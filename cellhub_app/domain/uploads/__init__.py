"""Upload sessions: which files a drop has, and what became of each."""
