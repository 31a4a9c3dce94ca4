"""Training: a recipe, pictures and photos go in, a style pack comes out."""

from styles.training.errors import (
    BadPicture,
    BadRecipe,
    Diverged,
    Interrupted,
    MissingPerception,
    TrainingError,
    WrongCheckpoint,
)
from styles.training.trainer import train

__all__ = [
    "BadPicture",
    "BadRecipe",
    "Diverged",
    "Interrupted",
    "MissingPerception",
    "TrainingError",
    "WrongCheckpoint",
    "train",
]
