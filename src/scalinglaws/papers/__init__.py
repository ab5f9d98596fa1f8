"""Studies that train nothing, one file each. It is found by its file name (`simulator.py` is `simulator`).

Each file has a literal `TABLES = ("fits", ...)`, the names of the tables that it makes, which is read without
importing it; `RESAMPLED = True` if it has intervals from `spec.resamples` bootstrap resamples; and a function

    analyse(public_runs: Mapping[str, pd.DataFrame], spec: AnalysisSpec) -> dict[str, pd.DataFrame]

or, with `STUDIES = True`, of an analysis that reads the tables of trained studies,

    analyse(public_runs, spec, studies: Mapping[str, Trained]) -> dict[str, pd.DataFrame]

    public_runs: the tables of the sets of public runs that the study names, by name
    spec: study, scale, resamples, studies, seed
    studies: the trained studies by name (see `_trained.py`), in the order of the study file

It returns exactly those tables; equal arguments give equal tables. A table `fits` has the columns that claims
are judged by: law, metric, parameter, value, low, high, level, points, warnings.
"""
