"""Signals that ask a training process to stop: it saves where its runs stand, and ends.

SIGTERM comes from a scheduler that takes a node back, SIGUSR2 from one that warns of the time limit
(`sbatch --signal=USR2@60`), SIGINT from Ctrl-C.
"""

import signal
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGTERM, signal.SIGUSR2, signal.SIGINT)


class TrainingInterruptedError(Exception):
    """A signal ended the training; where its runs stand is saved, if the disk took it.

    Attributes:
        status: exit status of the process, 128 + the signal's number, as shells have it.
    """

    def __init__(self, number: int, saved: bool = True) -> None:
        place = "from here" if saved else "from the last checkpoint, as none could be written now"
        super().__init__(f"stopped by {signal.Signals(number).name}; call again to go on {place}")
        self.status = 128 + number


class Interruption:
    """Within it, a signal is noted instead of ending the process; a step is short, so it is seen soon."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        self.number = number
