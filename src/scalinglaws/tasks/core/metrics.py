"""Metrics: what axes call them, and what guessing gives."""

import math
from collections.abc import Mapping
from typing import Any

SINGULAR = {"words": "word", "characters": "character", "tokens": "token", "target tokens": "target token"}
METRICS = {
    "token_error_rate": "Token error rate",
    "top1_error": "Top-1 error",
    "top5_error": "Top-5 error",
    "ctc_loss": "CTC loss, nats per utterance",
}


def metric_title(manifest: Mapping[str, Any], metric: str) -> str:
    """The title of a metric with its unit; its plain name if it has no title.

    Args:
        manifest: that of the prepared data.
        metric: name of a task's metric.
    """
    if metric == "cross_entropy":
        if "classes" in manifest:
            return "Cross-entropy, nats"
        return f"Cross-entropy, nats per {SINGULAR.get(manifest['unit']['name'], 'symbol')}"
    if metric == "error_rate":
        return f"{str(manifest.get('kind', 'symbols')).removesuffix('s').capitalize()} error rate"
    return METRICS.get(metric, metric)


def chance_level(metric: str, classes: float) -> float:
    """The chance level of a metric of image classification: what guessing among equally likely classes gives.

    Args:
        metric: `cross_entropy` (in nats), `top1_error` or `top5_error`.
        classes: number of classes; with five or fewer, all but one of them are the "top five".
    """
    if metric == "cross_entropy":
        return math.log(classes)
    return 1 - {"top1_error": 1, "top5_error": min(5, classes - 1)}[metric] / classes
