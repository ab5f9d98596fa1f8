"""Hestness et al. 2017, Deep Learning Scaling is Predictable, Empirically (arXiv:1712.00409)."""
