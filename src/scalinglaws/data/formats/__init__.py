"""Readers of the file formats of packaged data."""
