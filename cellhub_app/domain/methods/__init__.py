"""The methods paragraph of a paper, written from what a project holds."""
