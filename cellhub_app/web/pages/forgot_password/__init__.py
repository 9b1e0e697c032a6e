"""Asking for a link to set a new password."""
