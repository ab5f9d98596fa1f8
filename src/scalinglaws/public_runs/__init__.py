"""Runs that others measured and published."""
