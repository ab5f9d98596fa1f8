"""The device that a job trains on. How torch is set up for it is part of what a result depends on."""

import torch

from scalinglaws.errors import RecordError


def device_of(asked: str) -> torch.device:
    """The device to train on; sets torch up for it.

    Args:
        asked: `cpu`, `cuda` or `auto`.

    Raises:
        RecordError: a GPU is asked for, but there is none.
    """
    torch.set_num_threads(1)  # two threads on two busy cores are several times slower
    # Does what `torch.use_deterministic_algorithms` does, without importing the compiler (3.5 CPU seconds).
    torch._C._set_deterministic_algorithms(True, warn_only=asked != "cpu")
    # Otherwise that also fills every new array, for a tenth of a small model's time; all of ours are written.
    torch._C._set_deterministic_fill_uninitialized_memory(False)
    torch.set_flush_denormal(True)
    cuda = asked != "cpu" and torch.cuda.is_available()
    if asked == "cuda" and not cuda:
        raise RecordError("device cuda is asked for, but torch sees no GPU here")
    return torch.device("cuda" if cuda else "cpu")
