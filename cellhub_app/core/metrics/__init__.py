"""Measurements of objects and scores of segmentations."""
