"""Trying the parameters of a model on one image."""
