"""Who looks at an image right now, and at which object."""
