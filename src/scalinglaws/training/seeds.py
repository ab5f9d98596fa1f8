"""Independent seeds for each use of randomness in a run."""

import hashlib


def derived_seed(seed: int, purpose: str) -> int:
    """An independent seed for one use of randomness in a run."""
    return int.from_bytes(hashlib.sha256(f"{purpose}/{seed}".encode()).digest()[:7])
