"""Toy experiments: losses that come from a known law, fitted as if they were measured."""
