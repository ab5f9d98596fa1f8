"""Compute-optimal allocation from runs, by approaches 1 and 2 of Hoffmann et al. 2022.

`envelope` is approach 1, `isoflop` approach 2. Approach 3 is a fit of a law; `laws/optimum` has its closed
forms.
"""
