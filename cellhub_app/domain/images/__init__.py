"""Images: uploading, listing, finding, deleting."""
