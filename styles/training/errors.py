"""Every way a training ends early.

StyleError
└── TrainingError
    ├── BadRecipe          the recipe's file, key and what is wrong
    ├── BadPicture         a picture, or a folder of them, that cannot be learnt from
    ├── BadPictures        several of them, each with its reason
    ├── BadStart           the pack to start from is not there, broken, or another network's
    ├── MissingPerception  the weights of the perceptual network are not there
    ├── WrongCheckpoint    a checkpoint that is not of this recipe, or is damaged
    ├── NotWritten         the disk is full, or the folder is not ours to write in
    ├── Diverged           the loss or a weight is no number; the last good checkpoint stays
    └── Interrupted        stopped on purpose; a checkpoint was kept

Each message is one sentence that says what to do where something can be done.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from styles.errors import StyleError

NAMED = 10  # pictures that are named one by one


class TrainingError(StyleError):
    """A training cannot start or go on."""


class BadRecipe(TrainingError):
    """The recipe is not TOML, or a key in it is missing, unknown or wrong."""


class BadPicture(TrainingError):
    """A picture is missing, broken or too small, or a pattern names none. ``reason`` ends without a full stop."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}.")


class BadPictures(TrainingError):
    """Several pictures cannot be learnt from; the first ten are named, a line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        rest = len(problems) - NAMED
        lines = [*problems[:NAMED], *([f"and {rest} more."] if rest > 0 else [])]
        super().__init__(f"{len(problems)} things are wrong with the pictures:\n  " + "\n  ".join(lines))
        self.problems = tuple(problems)


class BadStart(TrainingError):
    """The pack that ``init`` names cannot be started from."""


class MissingPerception(TrainingError):
    """The perceptual network's weights were not found, or are not its weights."""


class WrongCheckpoint(TrainingError):
    """The checkpoint belongs to another recipe, or cannot be read. ``reason`` ends without a full stop."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; move it away, choose another folder, or start afresh with --restart.")


class NotWritten(TrainingError):
    """A file of the training cannot be written; what was written before is as it was."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} cannot be written ({reason}); what was kept before is whole. "
            "Make room, or name another folder, and run the same command again."
        )


class Diverged(TrainingError):
    """The loss stopped being a number, or a weight did."""

    def __init__(self, step: int, kept: int, what: str = "The loss") -> None:
        rest = f"the checkpoint of step {kept} is kept" if kept else "there is no checkpoint yet"
        super().__init__(
            f"{what} is not a number at step {step}; {rest}. "
            "Lower `phases.rate`, or the weight of the loss that grew, and train again with --restart."
        )
        self.step, self.kept = step, kept


class Interrupted(TrainingError):
    """Stopped by the person who started it."""

    def __init__(self, step: int, steps: int, checkpoint: Path) -> None:
        super().__init__(
            f"Stopped at step {step} of {steps}; {checkpoint} is kept, and the same command goes on from there."
        )
        self.step = step


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the disk says into NotWritten."""
    try:
        yield
    except OSError as error:
        raise NotWritten(path, error.strerror or str(error)) from error
