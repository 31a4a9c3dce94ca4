"""An evaluation: every style over every photo, one photo at a time."""

import io
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from styles.evaluation.columns import COLUMNS
from styles.evaluation.frechet import Moments, frechet_distance
from styles.evaluation.gather import Subject, square, thumbnail
from styles.evaluation.judge import Figures, Judge, Paint
from styles.evaluation.report import PHOTO, Report, Row
from styles.measure import measure
from styles.training import device as devices
from styles.training.perception import Perception

SHOWN = 12  # photos whose results are kept for the page
THUMBNAIL, QUALITY = 320, 85
SUMMED = ("faces_before", "faces_after")


@dataclass(slots=True)
class Tally:
    """What one style has shown so far: plain numbers and a few small JPEGs, whatever the number of photos."""

    name: str
    version: str
    paint: Paint
    cost: Mapping[str, float | int | None]
    photos: list[Figures] = field(default_factory=list)
    spread: Moments = field(default_factory=Moments)
    seconds: list[float] = field(default_factory=list)
    thumbnails: list[bytes] = field(default_factory=list)


@torch.inference_mode()
def evaluate(
    subjects: Sequence[Subject],
    photos: Sequence[Path],
    art: Sequence[Path],
    eyes: Perception,
    *,
    size: int,
    device: torch.device,
    tick: Callable[[], object] = lambda: None,
) -> Report:
    """Judge styles at full strength on the middle ``size x size`` squares of photos, against pictures of art.

    Styles take turns on each photo, so that a busy machine slows all of them alike. ``tick`` is called after each
    turn, ``len(subjects) * len(photos)`` times. ``size`` is at least 64. Only one photo is held at a time.

    Raises:
        BadPicture: a photo or a picture of art is broken.
        NotPainted: a generator returned what is no picture.
    """
    judge = Judge(eyes, art, size, device)
    tallies = [_tally(subject) for subject in subjects]
    identity = Tally(PHOTO, "", lambda images: images, dict.fromkeys(("gmac_512", "parameters", "megabytes")))
    _warm_up(tallies, square(photos[0], size, device))
    for path in photos:
        photo = judge.photo(path)
        for tally in (identity, *tallies):
            result = _painted(tally, photo.picture)
            tally.photos.append(judge.figures(photo, result, tally.paint, tally.spread))
            if len(tally.thumbnails) < SHOWN:
                tally.thumbnails.append(_jpeg(result))
            if tally is not identity:
                tick()
    identity.seconds.clear()  # copying nothing takes no time
    return Report(
        size=size,
        features=eyes.name,
        layers=judge.layers,
        device=devices.described(device),
        photos=tuple(path.name for path in photos),
        art=tuple(path.name for path in art),
        rows=tuple(_row(tally, judge) for tally in (identity, *tallies)),
    )


def _tally(subject: Subject) -> Tally:
    cost = measure(subject.style.module)
    figures = {
        "gmac_512": cost.gmac_512,
        "parameters": cost.parameters,
        "megabytes": subject.weights_bytes / 1e6,
    }
    return Tally(subject.name, subject.style.card.version, subject.style, figures)


def _warm_up(tallies: Sequence[Tally], images: Tensor) -> None:
    """The first picture of a size is slower than any other."""
    for tally in tallies:
        tally.paint(images)


def _painted(tally: Tally, images: Tensor) -> Tensor:
    _finish(images.device)
    start = time.perf_counter()
    result = tally.paint(images)
    _finish(images.device)
    tally.seconds.append(time.perf_counter() - start)
    return result


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _row(tally: Tally, judge: Judge) -> Row:
    keys = [key for key in tally.photos[0] if key not in SUMMED]
    before, after = (sum(each[key] for each in tally.photos) for key in SUMMED)
    seconds = statistics.median(tally.seconds) if tally.seconds else None
    figures: dict[str, float | int | None] = {
        **{key: statistics.fmean(each[key] for each in tally.photos) for key in keys},
        "fid_like": frechet_distance(tally.spread, judge.art),
        "faces_found": after / before if before else None,
        "seconds": seconds,
        "pictures_per_s": 1 / seconds if seconds else None,
        **tally.cost,
    }
    ordered = {column.key: figures[column.key] for column in COLUMNS}
    counts = {"faces_before": before, "faces_after": after}
    return Row(tally.name, tally.version, ordered | counts, tally.photos, tally.thumbnails)


def _jpeg(images: Tensor) -> bytes:
    stream = io.BytesIO()
    thumbnail(images, THUMBNAIL).save(stream, "JPEG", quality=QUALITY, optimize=True)
    return stream.getvalue()
