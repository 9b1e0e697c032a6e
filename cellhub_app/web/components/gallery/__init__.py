"""The virtual gallery of a project's images."""
