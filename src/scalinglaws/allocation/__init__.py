"""Compute-optimal allocation: the best N and D for a budget C, by the approaches of Hoffmann et al. 2022.

`envelope` is approach 1, `isoflop` approach 2, `parametric` approach 3. `pearce` reconciles their exponents
with Kaplan's, and `counting` says what N and C are in each paper.
"""
