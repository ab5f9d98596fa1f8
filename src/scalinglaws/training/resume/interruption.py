"""Signals that ask a training process to stop: it saves the state of its runs and ends.

A scheduler sends SIGTERM when it takes a node back, and SIGUSR2 as a warning of the time limit if you ask for
it (`sbatch --signal=USR2@60`); Ctrl-C sends SIGINT.
"""

import signal
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGTERM, signal.SIGUSR2, signal.SIGINT)


class TrainingInterruptedError(Exception):
    """A signal ended the training; the state of its runs is saved, if it could be written.

    Attributes:
        status: exit status of the process: 128 + the signal's number, as in shells.
    """

    def __init__(self, number: int, saved: bool = True) -> None:
        place = "from here" if saved else "from the last checkpoint, because none could be written now"
        super().__init__(f"stopped by {signal.Signals(number).name}; start again to resume {place}")
        self.status = 128 + number


class Interruption:
    """A context in which a signal is noted instead of ending the process; training looks after each step."""

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
