"""The protocol `learning-curves` (Hestness et al. 2017): laws of the best model at each size of the data.

`run_grid` reads the table of runs, `best_fit` chooses the models, `convergence` says which of them count,
`growth` and `fits` fit the laws, `straightness` and `evidence` say what these rest on, and `tables` writes it
down.
"""

import pandas as pd

from scalinglaws.config.fit import FitSpec
from scalinglaws.errors import DataError
from scalinglaws.protocols.learning_curves.tables import tables_of
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.schema import BANDS, BEST, EVIDENCE, FITS, SCORES

SCHEMAS = {table.name: table for table in (SCORES, BEST, FITS, BANDS, EVIDENCE)}


def analyse(inputs: Inputs, spec: FitSpec) -> dict[str, pd.DataFrame]:
    """The tables of a study, by their names.

    Raises:
        DataError: there is no table of runs, or it cannot be used.
    """
    if inputs.runs is None:
        raise DataError(f"{spec.study}: learning curves need the study's own runs")
    return tables_of(inputs.runs, spec)
