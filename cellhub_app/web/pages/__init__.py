"""One package a page: state, page and panels."""
