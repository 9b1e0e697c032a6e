"""Messages that appear in a corner of the page."""
