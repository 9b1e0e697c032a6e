"""Setting a new password with a link."""
