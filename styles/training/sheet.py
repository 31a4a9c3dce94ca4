"""Pictures to look at: the sample sheet of a training, and a pack's preview."""

import io
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

import torch
from PIL import Image, ImageOps
from torch import nn

from styles.theme import Theme, code, taking_words
from styles.training import imagined, pictures

ROW = 384  # pixels of a row's height on the sheet
ACROSS = 5 * ROW  # of the sheet's width
PREVIEW = 512
REFERENCE = 256  # of a style picture's shorter side, as a training sees it
QUALITY = 88


Look = Callable[[Image.Image], Image.Image]
"""Shows what becomes of a picture."""


class Looker:
    """Restyles whole pictures with the generator as it stands, in float32.

    ``multiple`` is of the sides that the generator takes: a few pixels of the picture may be squeezed away. With
    ``references`` each picture takes the style of the next of them, which then shows in its corner.
    """

    def __init__(
        self, generator: nn.Module, device: torch.device, multiple: int, references: Sequence[Image.Image] = ()
    ) -> None:
        self.generator, self.device, self._multiple = generator.eval(), device, multiple
        self._references = cycle(pictures.sized(each, REFERENCE) for each in references) if references else None

    @torch.inference_mode()
    def __call__(self, picture: Image.Image) -> Image.Image:
        images = self._batch(picture)
        if self._references is None:
            return _picture(self.generator(images))
        reference = next(self._references)
        codes = self.generator.encode(self._batch(reference))  # type: ignore[operator]  # as all networks that take one
        result = _picture(self.generator(images, codes))
        corner = ImageOps.fit(reference, (min(result.size) // 4,) * 2, Image.Resampling.LANCZOS)
        result.paste(corner, (0, result.height - corner.height))
        return result

    def _batch(self, picture: Image.Image) -> torch.Tensor:
        fitting = picture.resize([side - side % self._multiple for side in picture.size])
        return pictures.batch([pictures.tensor(fitting)], self.device)


class Imaginer:
    """Makes, beside one drawn scene after another, the generator's picture of the same text, as it stands."""

    def __init__(self, generator: nn.Module, device: torch.device, texts: Sequence[str]) -> None:
        self._generator, takes = generator.eval(), taking_words(generator)
        themes = [Theme.of(text, imagined.SEED, takes.words, takes.latent) for text in texts]
        self._codes = cycle(code(takes, themes, device).detach().chunk(len(themes)))

    @torch.inference_mode()
    def __call__(self, drawn: Image.Image) -> Image.Image:
        code = next(self._codes)
        return _picture(self._generator(code.new_zeros(1, 3, *drawn.size), code))


def _picture(styled: torch.Tensor) -> Image.Image:
    pixels = styled[0].float().clamp(0, 1).mul(255).round().byte()
    return Image.fromarray(pixels.permute(1, 2, 0).cpu().numpy())


def sheet(look: Look, photos: Sequence[Image.Image], path: Path, side: int = ROW) -> None:
    """Write photos above their results, a row of pairs under the other, seen at ``side`` pixels of the shorter side."""
    pairs = [(photo, look(photo)) for photo in (pictures.sized(each, side) for each in photos)]
    columns = [(_row(before), _row(after)) for before, after in pairs]
    lines = _lines([before.width for before, _ in columns])
    canvas = Image.new("RGB", (ACROSS, 2 * ROW * len(lines)), "white")
    for number, line in enumerate(lines):
        left = 0
        for before, after in (columns[place] for place in line):
            canvas.paste(before, (left, 2 * ROW * number))
            canvas.paste(after, (left, 2 * ROW * number + ROW))
            left += before.width
    canvas.save(path)


def _row(picture: Image.Image) -> Image.Image:
    return picture.resize((min(ACROSS, round(picture.width * ROW / picture.height)), ROW), Image.Resampling.LANCZOS)


def _lines(widths: Sequence[int]) -> list[list[int]]:
    """Which pictures stand on which line, filled from the left."""
    lines: list[list[int]] = [[]]
    used = 0
    for place, width in enumerate(widths):
        if used + width > ACROSS and lines[-1]:
            lines.append([])
            used = 0
        lines[-1].append(place)
        used += width
    return lines


def preview(look: Look, photos: Sequence[Image.Image]) -> bytes:
    """Results side by side, each a square of the middle; a JPEG."""
    squares = [look(ImageOps.fit(photo, (PREVIEW, PREVIEW), Image.Resampling.LANCZOS)) for photo in photos]
    strip = Image.new("RGB", (PREVIEW * len(squares), PREVIEW))
    for place, square in enumerate(squares):
        strip.paste(square, (PREVIEW * place, 0))
    file = io.BytesIO()
    strip.save(file, "JPEG", quality=QUALITY, optimize=True)
    return file.getvalue()
