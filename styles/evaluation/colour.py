"""How far a style moves a photo's colours."""

import cv2
import numpy as np
from torch import Tensor

CELLS = 32  # along each side of the picture


def colour_shift(result: Tensor, photo: Tensor) -> float:
    """Mean difference of colour between two ``1 x 3 x H x W`` sRGB in [0, 1], in units that the eye sees: from 0.

    Mean over 32 x 32 cells of the Euclidean distance of the cells' average colours in CIELAB under D65: the CIE 1976
    colour difference (ISO/CIE 11664-4). About 2 is just seen, 100 is from black to white. Averaging over cells first
    leaves strokes and lines out of it.
    """
    return float(np.linalg.norm(_cells(result) - _cells(photo), axis=-1).mean())


def lab(images: Tensor) -> np.ndarray:
    """The first picture of ``N x 3 x H x W`` sRGB in [0, 1] as ``H x W x 3`` CIELAB: L from 0 to 100."""
    pixels = np.ascontiguousarray(images[0].permute(1, 2, 0).cpu().numpy(), dtype=np.float32)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB))


def _cells(images: Tensor) -> np.ndarray:
    return np.asarray(cv2.resize(lab(images), (CELLS, CELLS), interpolation=cv2.INTER_AREA))
