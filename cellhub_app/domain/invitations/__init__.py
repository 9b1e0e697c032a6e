"""Asking people into projects and teams."""
