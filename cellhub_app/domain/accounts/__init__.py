"""Accounts: registering, signing in and out, and who stands behind a token."""
