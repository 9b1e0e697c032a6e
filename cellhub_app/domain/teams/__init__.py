"""Teams, and the projects that are shared with them."""
