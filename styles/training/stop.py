"""Being asked to stop, by Ctrl-C or by SIGTERM: heard at once, obeyed at the end of the step."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """While it is entered, signals only set ``asked``, so that no step is left half done.

    With ``impatient``, a second Ctrl-C interrupts at once, as it would without us. Outside the main thread, where
    Python hands out no signals, it does nothing.
    """

    def __init__(self, impatient: bool = True) -> None:
        self.asked, self.impatient = False, impatient
        self.former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Stop":
        if threading.current_thread() is threading.main_thread():
            self.former = {each: signal.signal(each, self._hear) for each in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for each, handler in self.former.items():
            signal.signal(each, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self.impatient:
            signal.signal(signal.SIGINT, signal.default_int_handler)
