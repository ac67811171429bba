"""A bound on the processor time of one piece of work, for a process that works through many.

What people give us may be made to keep a check busy for hours. Python runs signal handlers between its
instructions, and its regular expressions ask for signals while they search, so a timer can end nearly anything from
within; what it cannot end (a few calls into C) is ended from outside, with the process.
"""

from __future__ import annotations

import signal
from types import FrameType

_TICK = 0.25
"""Seconds of processor time between two looks at the work."""


class OutOfTime(BaseException):
    """The piece of work under way has used more processor time than it may.

    No Exception: what a check itself catches must not end it.
    """


class Patience:
    """Raises OutOfTime in the main thread of this process when a piece of work uses more than `seconds`.

    `begin` starts a piece and `rest` ends the last; both cost next to nothing, since the system counts the time.
    Until `start` is called, and where the system has no such timer, nothing is ever raised.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._most = max(1, round(seconds / _TICK))
        self._ticks: int | None = None

    def start(self) -> None:
        """Set the timer of this process; there is only one, so a process has one Patience."""
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGPROF, self._tick)
            signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)

    def begin(self) -> None:
        """A piece of work begins."""
        self._ticks = 0

    def rest(self) -> None:
        """Nothing is under way that may be ended."""
        self._ticks = None

    def _tick(self, _number: int, _frame: FrameType | None) -> None:
        if self._ticks is None:
            return
        self._ticks += 1
        if self._ticks > self._most:
            self._ticks = None
            raise OutOfTime
