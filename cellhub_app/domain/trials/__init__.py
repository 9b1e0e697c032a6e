"""Models tried out on images, and compared, before anything is stored for good."""
