"""Activity: who did what, for the audit log."""
