"""Compute-optimal allocation from runs, by approaches 1 and 2 of Hoffmann et al. 2022.

`envelope` is approach 1 and `isoflop` approach 2. Approach 3 is the fit of a law, whose closed forms are in
`laws/optimum`.
"""
