"""A training in a process of its own, with one thread: ``python -m styles.training.apart RECIPE OUT DEVICE NICE``.

It ends when whoever started it does: its standard input is at its end then. It says on standard error why it failed.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

INTERRUPTED = 75
"""The exit status of one that was asked to stop: the checkpoint is kept, and the same call goes on from it."""
_PR_SET_PDEATHSIG = 1


def main(recipe: str, out: str, device: str, nice: str) -> int:
    """Train; the exit status. ``nice`` is how far below others it stands, 0 to 19, on systems that know that."""
    _end_with_parent()
    if hasattr(os, "nice"):
        os.nice(int(nice))
    import torch

    from styles.training import Interrupted, TrainingError, WrongCheckpoint, train

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    path, folder = Path(recipe), Path(out)
    try:
        try:
            train(path, out=folder, device_name=device, progress=False)
        except WrongCheckpoint:  # the photos lie elsewhere now, or Atelier is another
            train(path, out=folder, device_name=device, progress=False, resume=False)
    except Interrupted:
        return INTERRUPTED
    except TrainingError as error:
        print(error, file=sys.stderr)  # noqa: T201 - what its parent reads
        return 1
    return 0


def _end_with_parent() -> None:
    threading.Thread(target=_watch, name="watch the parent", daemon=True).start()
    if sys.platform == "linux":  # there, even one that is paused can be ended so
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch() -> None:
    while os.read(0, 1):  # below Python's own buffer, whose lock this thread would hold to the end
        pass
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
