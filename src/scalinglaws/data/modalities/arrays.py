"""The forms of prepared data: which arrays each is made of, read by the workflow without numpy.

A data source says which modality it delivers by a literal `MODALITY`; the class that carries it lies in
the module of that name: `images.py` holds `Images`.
"""

SHUFFLED = ("strata", "amounts")
"""Of all forms, one number a training example: the stratum that subsets are balanced over, and how much data
it is, in parts of the unit that learning curves are drawn against."""

ARRAYS = {
    "images": (*SHUFFLED, "train", "train_labels", "validation", "validation_labels"),
    "text": (*SHUFFLED, "train", "validation"),
    "pairs": (*SHUFFLED, "train_sources", "train_targets", "validation_sources", "validation_targets"),
    "speech": (
        *SHUFFLED,
        "train_sounds",
        "train_frames",
        "train_symbols",
        "validation_sounds",
        "validation_frames",
        "validation_symbols",
    ),
}
"""Names of the arrays, by form."""
