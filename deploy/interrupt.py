"""Ctrl-C where Python's own way does not serve: while modules are imported."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Meanwhile Ctrl-C simply ends the program, which has begun nothing yet.

    A KeyboardInterrupt raised inside an import shows its trace, and is lost if it meets one of the import's callbacks.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is not signal.default_int_handler:  # in the background a shell has it ignored
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
