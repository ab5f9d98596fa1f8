"""The modalities, and the arrays that prepared data of each consist of.

A data source names its modality in a literal `MODALITY`. The module of that name has the class that the
source returns: `images.py` has `Images`. The workflow reads this file, so it imports nothing.
"""

SHUFFLED = ("strata", "amounts")
"""In every modality, one number per training example: the stratum that subsets are balanced over, and the
amount of data in the example, in parts of the unit on the x axis of learning curves."""

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
"""The names of the arrays of each modality."""
