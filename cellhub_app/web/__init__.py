"""The browser's door: pages, components and their state."""
