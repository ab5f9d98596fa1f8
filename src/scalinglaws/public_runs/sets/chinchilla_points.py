"""The runs in Fig 4 of Hoffmann et al. 2022, as Epoch AI read them off the figure.

N and C are positions of the points, the loss is their colour. The rows stay in the file's order: the
published bootstrap draws row numbers.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

TITLE = "Hoffmann et al. 2022, Fig 4, read off by Epoch AI"
LICENCE = "none stated"
SOURCE = "GitHub epoch-research/analyzing-chinchilla at 9225883, data/svg_extracted_data.csv"
ADDRESS = (
    "https://raw.githubusercontent.com/epoch-research/analyzing-chinchilla/"
    "92258837425e1b5f2851d624287f0120583a3d0e/data/"
)
FILES = (
    {"svg_extracted_data.csv": "193478df4e90f040016431996c45682659306840ecdadf83cfb9cd5ca0aa1b30"},
    {"chinchilla_2022_fig4_points.csv": "193478df4e90f040016431996c45682659306840ecdadf83cfb9cd5ca0aa1b30"},
)
EXCLUDED = 5
"""How many of the highest losses the published fit leaves out."""


def read(files: Mapping[str, Path]) -> pd.DataFrame:
    """Columns N, D, C, loss and excluded; D = C / 6N."""
    (path,) = files.values()
    raw = pd.read_csv(path)
    N, C, loss = raw["Model Size"], raw["Training FLOP"], raw["loss"]
    excluded = raw.index.isin(loss.nlargest(EXCLUDED).index)
    return pd.DataFrame({"N": N, "D": C / (6 * N), "C": C, "loss": loss, "excluded": excluded})
