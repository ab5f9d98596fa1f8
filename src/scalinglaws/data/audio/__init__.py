"""Recordings, and the features of them that speech models read."""
