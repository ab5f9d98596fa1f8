"""Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically" (arXiv:1712.00409).

Models of four domains, trained on larger and larger parts of their data: the error of the best model falls as
a power law of the data, and its size grows as another one.

constants: what the paper and its follow-up of 2019 print, and points read off the figures.
analyses:
    printed_curves: Figs 1, 3 and 5 fitted again, to the points read off.
    domain: the trained studies of one domain side by side (Figs 1, 2, 3 and 5, measured).
    summary: the exponents of all domains beside the published ones, and what they imply.
    projections: the follow-up's table of projections, computed again.
    theory: Fig 6, the counting model, and Amari's types of learning curves.
theory: the toy learners that section 3 argues with.
figures: one file per analysis, and `learning_curves` for Fig 4, which draws a trained study.
claims: one file per domain.
"""
