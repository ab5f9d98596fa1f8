"""Panels of the interactive page, one file per panel."""
