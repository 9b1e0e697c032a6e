"""Confirming an address with a link."""
