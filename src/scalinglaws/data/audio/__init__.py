"""Recordings, and the features that speech models read."""
