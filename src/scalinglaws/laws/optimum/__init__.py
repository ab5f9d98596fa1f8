"""Closed forms of the compute-optimal allocation that a law implies."""
