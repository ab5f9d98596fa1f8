"""Rosenfeld 2021, Scaling Laws for Deep Learning (MIT thesis), and its papers."""
