"""Several models on the same few images."""
