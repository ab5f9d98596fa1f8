"""Rosenfeld's thesis of 2021, which holds Rosenfeld et al. 2020 (arXiv:1909.12673).

The error as a function of data and model size together: a landscape per data set.

constants: the nine landscapes as the paper prints them.
analyses:
    surfaces: the landscapes, evaluated from the published constants.
    extrapolation: how well the paper's method extrapolates, on data drawn from the landscapes.
figures: one file per analysis.
claims: what the paper says of its fits.
"""
