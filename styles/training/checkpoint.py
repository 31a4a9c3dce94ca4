"""Checkpoints: written whole or not at all, and taken back only by the recipe that wrote them."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from styles.training.errors import NotWritten, WrongCheckpoint

FORMAT = 1
NAME = "checkpoint.pt"


def save(path: Path, digest: str, state: Mapping[str, Any]) -> None:
    """Write beside, flush to the disk, then rename over the former one.

    Raises:
        NotWritten: the disk is full, or refuses; the former checkpoint is as it was.
    """
    fresh = path.with_suffix(".new")
    try:
        _write(fresh, {"format": FORMAT, "recipe": digest, **state})
        fresh.replace(path)
    except OSError as error:
        raise NotWritten(path, error.strerror or str(error)) from error
    finally:
        fresh.unlink(missing_ok=True)  # half a checkpoint is in the way of a whole one


def _write(path: Path, state: Mapping[str, Any]) -> None:
    with path.open("wb") as file:
        try:
            torch.save(state, file)
        except RuntimeError as error:  # torch ends its archive even where the disk has refused, and hides why
            raise _refusal(error) from error
        file.flush()
        os.fsync(file.fileno())


def _refusal(error: BaseException) -> BaseException:
    """What the disk said, where torch raised its own error over it."""
    first = error.__context__
    return first if isinstance(first, OSError) else error


def load(path: Path, digest: str) -> dict[str, Any]:
    """Read a checkpoint, tensors and plain values alone.

    Raises:
        WrongCheckpoint: it is damaged, or of another recipe.
    """
    if not zipfile.is_zipfile(path):  # torch would try to read it as its former format, and stumble anywhere
        raise WrongCheckpoint(path, "the checkpoint cannot be read")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle raises almost anything; all of it means the same
        raise WrongCheckpoint(path, "the checkpoint cannot be read") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise WrongCheckpoint(path, "not a checkpoint of a training")
    if state.get("recipe") != digest:
        raise WrongCheckpoint(path, "the checkpoint is of another recipe, or of this one before it changed")
    return state
