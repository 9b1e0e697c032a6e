"""The workers: networks, training, and the loop that runs them."""
