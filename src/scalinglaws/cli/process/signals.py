"""The signals that ask a command to stop: Ctrl-C, `kill`, a closed terminal."""

import signal
import time
from types import FrameType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SAME = 1.0
"""Signals within this many seconds count as one: a closed terminal sends SIGHUP twice, and `make` passes on
a SIGTERM that the whole group may have got already."""


class StoppedError(KeyboardInterrupt):
    """A signal ended the command.

    Attributes:
        number: the signal.
        status: exit status of the command, 128 + the signal's number, as shells have it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number
        self.status = 128 + number


class Signals:
    """Within it, a signal raises StoppedError, or is only noted while `deferred` is set.

    Programs that are started within it begin with the default reaction to these signals, because a handler
    does not outlive `exec`. Otherwise they would ignore what we ignored at our own start: a shell that is not
    interactive has its background jobs ignore Ctrl-C.

    Attributes:
        deferred: whether signals are only noted.
        number: the first signal, None before it.
        again: whether another one came later.
    """

    def __init__(self) -> None:
        self.deferred = False
        self.number: int | None = None
        self.again = False
        self._first = 0.0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            before = signal.getsignal(number)
            if number == signal.SIGHUP and before == signal.SIG_IGN:
                continue  # `nohup`: the command is to outlive the terminal
            self._before[number] = before
            signal.signal(number, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]

    def _note(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if self.number is None:
            self.number, self._first = number, now
        elif now - self._first > SAME:
            self.again = True
        if not self.deferred:
            raise StoppedError(number)
