"""Data, augmentation, losses, training and evaluation; runs alone on a GPU machine."""
