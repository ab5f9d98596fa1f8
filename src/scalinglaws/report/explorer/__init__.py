"""The interactive page: every law of the package to play with, and the panels of papers."""
