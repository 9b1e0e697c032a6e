"""A project as visitors with a share link see it."""
