"""CellHub: segmentation of biomedical images, live and together."""
