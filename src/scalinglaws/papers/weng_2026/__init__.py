"""Weng 2026, Scaling Laws, Carefully, and the papers that it presents."""
