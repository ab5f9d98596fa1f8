"""Sizes of venues, panels side by side, legends and labels."""
