"""Intervals of a fit: bootstrap, sandwich covariance, profiles, small samples."""
