"""Share links: a project to look at, for people without an account."""
