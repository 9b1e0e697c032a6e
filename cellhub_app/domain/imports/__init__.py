"""Reading annotations that other tools made: files of strangers in, polygons and a true report out."""
