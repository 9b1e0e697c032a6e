"""Pure imaging: bytes to arrays and metadata, display images and thumbnails."""
