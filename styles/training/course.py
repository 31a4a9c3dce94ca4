"""The steps of a training: kept, shown and watched as they go, and ended in good order."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from styles.training.board import Board
from styles.training.errors import Diverged, Interrupted, writing
from styles.training.loop import NOTE_EVERY, Loop
from styles.training.sheet import sheet
from styles.training.stop import Stop

KEEP_EVERY = 100  # steps between two checkpoints, and two sample sheets
SHEET = "sheet.png"
BAR = "{percentage:3.0f} % |{bar}| step {n_fmt} of {total_fmt}, {rate_noinv_fmt}, {remaining} left{postfix}"

Echo = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Course:
    """All remaining steps. Whatever ends them early, the checkpoint ``kept`` is that of a good step.

    Of a team, the first process alone writes and speaks.
    """

    loop: Loop
    kept: Path
    echo: Echo
    progress: bool

    def run(self) -> None:
        """Take them. Raises Diverged or Interrupted, and NotWritten where the disk refuses."""
        loop, steps = self.loop, self.loop.plan.steps
        if loop.step:
            self._say(f"Going on from step {loop.step} of {steps}.")
        if loop.step == steps:
            self._show(None)
            return
        alone, first = loop.team.size == 1, loop.team.first
        with (
            Stop(impatient=alone) as stop,
            self._bar() as bar,
            Board(self.kept.parent, loop.step, self._say, first) as board,
        ):
            while loop.step < steps and not loop.team.any(stop.asked):
                self._step(bar, board)
        if loop.step < steps:
            self._save()
            raise Interrupted(loop.step, steps, self.kept)

    def _step(self, bar: "tqdm[NoReturn]", board: Board) -> None:
        loop = self.loop
        try:
            bar.set_postfix_str(loop.advance(), refresh=False)
        except FloatingPointError:
            raise Diverged(loop.step + 1, loop.kept) from None
        bar.update()
        for sentence in loop.fresh:
            with bar.external_write_mode():
                self._say(sentence)
        if loop.step % NOTE_EVERY == 0:
            board.scalars(loop.step, {f"loss/{name}": loss for name, loss in loop.losses.items()})
            board.scalars(loop.step, {"rate": loop.rate, "steps per second": loop.pace})
        if loop.step % KEEP_EVERY == 0 or loop.step == loop.plan.steps:
            self._save()
            self._show(board)

    def _say(self, sentence: str) -> None:
        if self.loop.team.first:
            self.echo(sentence)

    def _bar(self) -> "tqdm[NoReturn]":
        return tqdm(
            total=self.loop.plan.steps,
            initial=self.loop.step,
            unit=" steps",
            disable=not (self.progress and self.loop.team.first),
            bar_format=BAR,
            smoothing=0.05,
            mininterval=0.5,
        )

    def _save(self) -> None:
        try:
            self.loop.save(self.kept)
        except FloatingPointError:
            raise Diverged(self.loop.step, self.loop.kept, "A weight") from None

    def _show(self, board: Board | None) -> None:
        """Write the sample sheet as the style stands."""
        path = self.kept.with_name(SHEET)
        if not (self.loop.team.first and self.loop.studio.sheet):
            return
        with writing(path):
            sheet(self.loop.looker(self.loop.plan.sheet), self.loop.studio.sheet, path)
        if board:
            board.sheet(self.loop.step, path)
