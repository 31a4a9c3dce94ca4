"""Training: a recipe, pictures and photos go in, a style pack comes out."""

from styles.training.errors import (
    BadPicture,
    BadPictures,
    BadRecipe,
    BadStart,
    Diverged,
    Interrupted,
    MissingPerception,
    NotWritten,
    TrainingError,
    WrongCheckpoint,
)
from styles.training.inspection import Findings
from styles.training.trainer import check, train

__all__ = [
    "BadPicture",
    "BadPictures",
    "BadRecipe",
    "BadStart",
    "Diverged",
    "Findings",
    "Interrupted",
    "MissingPerception",
    "NotWritten",
    "TrainingError",
    "WrongCheckpoint",
    "check",
    "train",
]
