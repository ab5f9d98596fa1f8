"""What axes call metrics, from what the data stage wrote of a data set."""

from collections.abc import Mapping
from typing import Any

SINGULAR = {"words": "word", "characters": "character", "tokens": "token", "target tokens": "target token"}
METRICS = {
    "token_error_rate": "Token error rate",
    "top1_error": "Top-1 error",
    "top5_error": "Top-5 error",
    "ctc_loss": "CTC loss, nats an utterance",
}


def metric_title(manifest: Mapping[str, Any], metric: str) -> str:
    """A metric with its unit; its own name where it has no other.

    Args:
        manifest: of the prepared data.
        metric: name of a task's metric.
    """
    if metric == "cross_entropy":
        if "classes" in manifest:
            return "Cross-entropy, nats"
        return f"Cross-entropy, nats a {SINGULAR.get(manifest['unit']['name'], 'symbol')}"
    if metric == "error_rate":
        return f"{str(manifest.get('kind', 'symbols')).removesuffix('s').capitalize()} error rate"
    return METRICS.get(metric, metric)
