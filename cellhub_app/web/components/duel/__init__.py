"""Two results on one picture."""
