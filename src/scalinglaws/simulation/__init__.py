"""Experiments without training: losses made from a known law, with which what a fit finds can be compared."""
