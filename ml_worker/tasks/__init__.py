"""What the workers do: one thin file a kind of work."""
