"""The papers, one folder each, written with the library. Nothing else imports them, and they import no other.

A folder reads like a chapter: `constants` are the numbers that the paper prints, each with its source;
`analyses` compute tables from them, from public runs or from trained studies; `figures` draw the tables;
`claims` state what the paper says, as ranges of quantities that the tables hold.

An analysis is found by its file name (`simulator.py` is `simulator`; a name with a leading underscore is a
helper of other analyses). Each file has a literal `TABLES = ("fits", ...)`, the names of the tables that it
makes, which is read without importing the file; `RESAMPLED = True` if it computes intervals from
`spec.resamples` bootstrap resamples; and a function

    analyse(public_runs: Mapping[str, pd.DataFrame], spec: AnalysisSpec) -> dict[str, pd.DataFrame]

or, with `STUDIES = True`, for an analysis that reads the tables of trained studies,

    analyse(public_runs, spec, studies: Mapping[str, TrainedStudy]) -> dict[str, pd.DataFrame]

    public_runs: the tables of the sets of public runs that the study names, by name
    spec: study, scale, resamples, studies, seed
    studies: the trained studies by name (`scalinglaws.tables.study`), in the order of the study file

It returns exactly those tables, and equal arguments give equal tables. A table `fits` has at least the
columns `scalinglaws.tables.schema.CLAIMED`, those that claims are judged by.
"""
