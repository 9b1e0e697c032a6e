"""One small file a format; each gets the bundle and an archive, and nothing else."""
