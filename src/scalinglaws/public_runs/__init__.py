"""Runs that others measured and published. They ship with the package: two files per set in `sets/`."""
