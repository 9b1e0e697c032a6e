"""There is no such page."""
