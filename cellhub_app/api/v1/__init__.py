"""Version 1 of the HTTP API, one resource a file."""
