"""What TensorBoard shows of a training, where its package is installed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image

from styles.training.errors import writing

FOLDER = "tensorboard"
ABSENT = "TensorBoard is not installed, so no curves are kept; `pip install tensorboard` brings it."


class Board:
    """Curves of the losses, the learning rate and the speed, and the sample sheets, under ``out / "tensorboard"``.

    A training that goes on from ``step`` overwrites what was noted after it. Only one that ``keeps`` writes.
    """

    def __init__(self, out: Path, step: int, echo: Callable[[str], None], keeps: bool = True) -> None:
        self.out, self.step, self.echo, self.keeps = out, step, echo, keeps
        self.writer: Any = None  # torch's stubs leave its methods untyped

    def __enter__(self) -> "Board":
        if self.keeps:
            self._open()
        return self

    def _open(self) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self.echo(ABSENT)
            return
        with writing(self.out / FOLDER):
            self.writer = SummaryWriter(str(self.out / FOLDER), purge_step=self.step + 1)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.writer:
            with suppress(OSError):  # a full disk: the checkpoint's own sentence says it
                self.writer.close()

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._put("add_scalar", name, value, step)

    def sheet(self, step: int, path: Path) -> None:
        with Image.open(path) as picture:
            self._put("add_image", "sheet", np.array(picture), step, dataformats="HWC")

    def _put(self, method: str, *values: Any, **how: str) -> None:
        if not self.writer:
            return
        try:
            getattr(self.writer, method)(*values, **how)
        except OSError as error:  # raised late, by the thread that writes
            self.writer = None
            self.echo(f"TensorBoard's curves end here: they cannot be written ({error.strerror or error}).")
