"""Weng 2026, "Scaling Laws, Carefully", and the papers that the article presents.

constants: one file per paper.
analyses:
    kaplan: Kaplan et al. 2020, Table 1: parameters and FLOPs by formula and counted.
    chinchilla: Hoffmann et al. 2022: IsoFLOP profiles, frontier, exponents.
    besiroglu: Besiroglu et al. 2024: the Chinchilla fit examined.
    pearce: Pearce and Song 2024: how counting embeddings bends the exponent.
    muennighoff: Muennighoff et al. 2023: the value of repeated data.
    simulator: the article's own toy simulator.
refit: the Chinchilla law refitted, its tests, and why the published fit stopped early.
toy: experiments whose losses come from a known law.
figures: one file per analysis, and `mean_loss` for the early stop.
claims: one file per paper.
"""
