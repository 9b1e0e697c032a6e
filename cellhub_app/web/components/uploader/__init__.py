"""Uploads straight from the browser to the API."""
