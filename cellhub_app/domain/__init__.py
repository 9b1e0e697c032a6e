"""What CellHub does, one package a subject, free of any framework."""
