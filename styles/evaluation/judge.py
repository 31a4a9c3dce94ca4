"""One photo, its result, and every figure that compares the two."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from styles.evaluation.checkerboard import checkerboard
from styles.evaluation.colour import colour_shift
from styles.evaluation.distances import content_loss, mean_grams, perceptual_distance, ssim, style_loss
from styles.evaluation.faces import Box, FaceFinder
from styles.evaluation.frames import MARGIN, SHIFTS, frame_difference, warp_error, window
from styles.evaluation.frechet import Moments
from styles.evaluation.gather import square
from styles.training.perception import Features, Perception

LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
CONTENT = "relu4_1"  # or the deepest there is; deeper than this, photos of one subject look alike

Figures = Mapping[str, float | int]
Paint = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as every style sees it: a canvas a little larger than the picture, so that it can be shifted."""

    canvas: Tensor
    features: Features
    faces: list[Box]

    @property
    def picture(self) -> Tensor:
        """``1 x 3 x size x size`` in [0, 1]."""
        return window(self.canvas)


class Judge:
    """Knows the art. Holds one photo's and one result's features at a time."""

    def __init__(self, eyes: Perception, art: Sequence[Path], size: int, device: torch.device) -> None:
        self.eyes, self.size, self.device = eyes.to(device, torch.float32), size, device
        self.layers = tuple(layer for layer in LAYERS if layer in eyes.layers)
        self.content, self.deepest = CONTENT if CONTENT in self.layers else self.layers[-1], self.layers[-1]
        self.finder, self.art = FaceFinder(), Moments()
        self.target = mean_grams(self._study(path) for path in art)

    def photo(self, path: Path) -> Photo:
        """Read a photo. Raises BadPicture."""
        canvas = square(path, self.size + MARGIN, self.device)
        picture = window(canvas)
        return Photo(canvas, self._look(picture), self.finder.certain(picture))

    def figures(self, photo: Photo, result: Tensor, paint: Paint, spread: Moments) -> Figures:
        """What a result is worth; ``paint`` made it, and is asked for shifted ones; ``spread`` takes its features."""
        features = self._look(result)
        spread.add(features[self.deepest])
        return {
            "content_loss": content_loss(features[self.content], photo.features[self.content]),
            "style_loss": style_loss(features, self.target),
            "ssim": ssim(result, photo.picture),
            "lpips_like": perceptual_distance(features, photo.features),
            "colour_shift": colour_shift(result, photo.picture),
            "checkerboard": checkerboard(result, photo.picture),
            "faces_before": len(photo.faces),
            "faces_after": self.finder.still(photo.faces, result),
            **_steadiness(photo, result, paint),
        }

    def _study(self, path: Path) -> Features:
        canvas = square(path, self.size + MARGIN, self.device)  # scaled as a photo is
        features = self._look(window(canvas))
        self.art.add(features[self.deepest])
        return features

    def _look(self, images: Tensor) -> Features:
        return self.eyes(images, self.layers)


def _steadiness(photo: Photo, result: Tensor, paint: Paint) -> Figures:
    differences, warps = [], []
    for shift in SHIFTS:
        moved = window(photo.canvas, shift)
        painted = paint(moved)
        differences.append(frame_difference(painted, result, moved, photo.picture))
        warps.append(warp_error(painted, result, shift))
    return {"frame_difference": sum(differences) / len(SHIFTS), "warp_error": sum(warps) / len(SHIFTS)}
