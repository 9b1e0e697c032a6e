"""Keys that press a button."""
