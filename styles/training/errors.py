"""Every way a training ends early.

StyleError
└── TrainingError
    ├── BadRecipe          the recipe's file, key and what is wrong
    ├── BadPicture         a picture, or a folder of them, that cannot be learnt from
    ├── MissingPerception  the weights of the perceptual network are not there
    ├── WrongCheckpoint    a checkpoint that is not of this recipe, or is damaged
    ├── Diverged           the loss is no number; the last good checkpoint stays
    └── Interrupted        stopped on purpose; a checkpoint was kept

Each message is one sentence that says what to do where something can be done.
"""

from pathlib import Path

from styles.errors import StyleError


class TrainingError(StyleError):
    """A training cannot start or go on."""


class BadRecipe(TrainingError):
    """The recipe is not TOML, or a key in it is missing, unknown or wrong."""


class BadPicture(TrainingError):
    """A picture is missing, broken or too small, or a pattern names none. ``reason`` ends without a full stop."""

    def __init__(self, path: Path | str, reason: str) -> None:
        super().__init__(f"{path}: {reason}.")


class MissingPerception(TrainingError):
    """The perceptual network's weights were not found, or are not its weights."""


class WrongCheckpoint(TrainingError):
    """The checkpoint belongs to another recipe, or cannot be read. ``reason`` ends without a full stop."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; move it away, choose another folder, or start afresh.")


class Diverged(TrainingError):
    """The loss stopped being a number."""

    def __init__(self, step: int, kept: int) -> None:
        super().__init__(
            f"The loss is not a number at step {step}; the checkpoint of step {kept} is kept. "
            "Lower `phases.rate`, or the weight of the loss that grew, and train again."
        )
        self.step, self.kept = step, kept


class Interrupted(TrainingError):
    """Stopped by the person who started it."""

    def __init__(self, step: int, steps: int, checkpoint: Path) -> None:
        super().__init__(
            f"Stopped at step {step} of {steps}; {checkpoint} is kept, and the same command goes on from there."
        )
        self.step = step
