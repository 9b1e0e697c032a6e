"""Batches and jobs: who is next, who holds what, how long it will take."""
