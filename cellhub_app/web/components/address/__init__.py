"""Keeps the address in step with what a page shows."""
