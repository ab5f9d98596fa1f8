"""Readers of the file formats that packaged data come in."""
