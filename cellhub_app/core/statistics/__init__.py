"""Conditions compared: tests that respect replicates, effect sizes, warnings. scipy does the sums, and loads when first asked."""
