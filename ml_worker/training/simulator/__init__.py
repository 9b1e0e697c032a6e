"""Infinite labelled pictures of domains that have no free masks: bright-field organoids and spheroids, and invasion."""
