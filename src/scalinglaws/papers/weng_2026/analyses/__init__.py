"""The analyses of the paper, one file per analysis."""
