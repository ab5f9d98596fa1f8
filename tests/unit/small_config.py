"""A small config of a study that trains and one that does not."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

SCALE: dict[str, Any] = {
    "scale": "laptop",
    "description": "for tests",
    "machine": {"flops_per_second": 1e10, "seconds_per_step": 0.004, "workers": 4},
}
STUDY: dict[str, Any] = {
    "study": "paper/one",
    "title": "A study",
    "source": "A paper",
    "runs": {
        "task": "image-classification",
        "data": {"source": "fashion-mnist", "validation": {"examples": 2000}},
        "learning_rate": {"search": [0.01, 0.02], "at": [100]},
        "duration": {"steps": 100},
        "stopping": {"patience": 3},
    },
    "scales": {
        "laptop": {
            "runs": {
                "axes": {
                    "model": [
                        {"family": "resnet", "width": 4},
                        {"family": "resnet", "width": 8, "depth": 14},
                    ],
                    "subset.examples": [10, 100],
                    "seed": [0, 1],
                },
                "optimiser": {"batch": 32},
            },
            "protocol": {"region": [1, 10]},
        }
    },
    "protocol": {
        "name": "learning-curves",
        "metrics": ["top1_error", "cross_entropy"],
        "size_metric": "cross_entropy",
    },
    "figures": [],
}
ANALYSIS: dict[str, Any] = {
    "study": "paper/two",
    "title": "An analysis",
    "source": "A paper",
    "protocol": {"name": "weng-2026/simulator"},
    "reads": {"public_runs": ["chinchilla-points"]},
    "figures": [
        {"name": "fig2", "draw": "hestness-2017/learning-curves:learning_curves", "caption": "A figure."}
    ],
}
Changes = Mapping[str, Any]


def changed(content: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """A copy of a config with values set by the dotted paths of their keys; None removes a key.

    What follows `axes` in a path is one key.
    """
    content = deepcopy(content)
    for path, value in changes.items():
        before, axes, axis = path.partition(".axes.")
        *blocks, key = (*before.split("."), "axes", axis) if axes else before.split(".")
        place: Any = content
        for block in blocks:
            place = place[int(block)] if isinstance(place, list) else place.setdefault(block, {})
        if value is None:
            del place[key]
        else:
            place[key] = deepcopy(value)
    return content
