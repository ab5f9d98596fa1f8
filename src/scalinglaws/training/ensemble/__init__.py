"""Ensembles: runs of one architecture that are trained together, along a leading axis of runs."""
