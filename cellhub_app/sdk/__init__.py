"""A typed client of the HTTP API; imports nothing else of ours."""
