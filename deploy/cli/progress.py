"""What a person sees while photos are restyled: a bar with the time left, each failure at once, the sum at the end."""

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tqdm import tqdm

from deploy.cli.pieces import Piece
from inference.job import Result


class Progress:
    """Enter it when work begins. With ``each`` every result has a line, as where a person named the photos."""

    def __init__(self, total: int, skipped: int, *, each: bool) -> None:
        self.done, self.failed, self.skipped = 0, 0, skipped
        self._total, self._each = total, each
        self._told: set[Path] = set()
        self._began_s = self._took_s = 0.0

    def __enter__(self) -> Self:
        self._began_s = time.monotonic()
        self._bar = tqdm(total=self._total, unit="picture", disable=None, dynamic_ncols=True, smoothing=0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._took_s = time.monotonic() - self._began_s
        self._bar.close()

    def finish(self, piece: Piece, result: Result) -> None:
        self.done += 1
        self._bar.update()
        if self._each:
            tqdm.write(f"{piece.target}  {result.width}×{result.height}  {result.ran_s:.2f} s", file=sys.stdout)

    def fail(self, piece: Piece, sentence: str) -> None:
        """Count a failure; what is wrong with a photo is said once, not in every style."""
        self.failed += 1
        self._bar.update()
        if piece.photo not in self._told:
            self._told.add(piece.photo)
            tqdm.write(sentence, file=sys.stderr)

    def summary(self) -> str:
        pace = f"; {self.done / self._took_s:.2f} pictures per second" if self.done and self._took_s else ""
        return f"{self.done} done, {self.skipped} skipped, {self.failed} failed{pace}."
