"""What is done to a result's colours and detail, with the photo beside it: both RGB, of one size, upright.

All of it is plain arithmetic on 8-bit pixels at the result's size, a few hundredths of a second for 4 megapixels, so it
is done beside the device, which meanwhile paints the next picture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.float32]
Matrix = NDArray[np.float64]
Match = tuple[float, ...]
"""Three rows of four: what each of red, green and blue becomes of the three, and what is added."""

SAMPLED = 256
"""Colours are counted at so many points along each side at most; more change a mean by less than a step of 255."""

FLOOR = 6.0
"""The least deviation, in steps of 255, that a colour is taken to have: less is noise, which must not be blown up."""

RADIUS = 1 / 200
"""Of the detail that is brought out, by the picture's longer side."""

EDGE = 18.0
"""Steps of 255 that tell an edge, which is kept as it is, from detail, which is brought out."""

OWN, PHOTOS = 0.9, 0.8
"""How much of the result's and of the photo's detail is added at a detail of 1."""


def coloured(picture: Image.Image, photo: Image.Image) -> Image.Image:
    """The picture's light (Y of BT.601) with the photo's colours (Cb, Cr)."""
    light, (_, blue, red) = picture.convert("YCbCr").getchannel(0), photo.convert("YCbCr").split()
    return Image.merge("YCbCr", (light, blue, red)).convert("RGB")


def matched(picture: Image.Image, photo: Image.Image) -> Image.Image:
    """The picture with the mean and the covariance of the photo's colours, before what leaves [0, 255] is cut off."""
    return picture.convert("RGB", matching(picture, photo))


def matching(picture: Image.Image, photo: Image.Image) -> Match:
    """The map of colours that gives the picture the mean and the covariance of the photo's, as Pillow takes it.

    A linear map of RGB, x ↦ T(x − m) + n, with T the one that moves colours least of all that match (the linear
    Monge-Kantorovich map of Pitié and Kokaram, CVMP 2007): T = A^-½ (A^½ B A^½)^½ A^-½ for the covariances A of the
    picture and B of the photo. Reinhard et al. (2001) match each channel's deviation alone, which tints.
    """
    (mean, spread), (wanted, aim) = _moments(picture), _moments(photo)
    root = _power(spread, 0.5)
    inverse = _power(spread, -0.5)
    turn = inverse @ _power(root @ aim @ root, 0.5) @ inverse
    shift = wanted - turn @ mean
    return tuple(float(value) for row, add in zip(turn, shift, strict=True) for value in (*row, add))


def detailed(picture: Image.Image, photo: Image.Image, amount: float, longer: int = 0) -> Image.Image:
    """The picture with more of its own fine detail and some of the photo's, ``amount`` from 0 to 1; colours stay.

    Detail is what a guided filter (He, Sun and Tang, PAMI 2013) takes off the light. That filter leaves edges where
    they are, so that no bright rim appears beside them as with an unsharp mask. ``longer`` is the longer side of the
    whole picture where this is a part of it; what lies ``detail_reach`` away changes nothing.
    """
    side = _side(longer or max(picture.size))
    light, blue, red = picture.convert("YCbCr").split()
    own, original = np.asarray(light, np.float32), np.asarray(photo.convert("L"), np.float32)
    added = OWN * _detail(own, side) + PHOTOS * _detail(original, side)
    sharper = Image.fromarray((own + amount * added).clip(0, 255).round().astype(np.uint8))
    return Image.merge("YCbCr", (sharper, blue, red)).convert("RGB")


def _moments(image: Image.Image) -> tuple[Matrix, Matrix]:
    """The mean colour, and the covariance of the three channels."""
    every = max(1, max(image.size) // SAMPLED)
    colours = np.asarray(image)[::every, ::every].reshape(-1, 3).astype(np.float64)
    return colours.mean(axis=0), np.cov(colours, rowvar=False, bias=True)


def _power(matrix: Matrix, exponent: float) -> Matrix:
    """A power of a covariance; of an inverse, no deviation is less than ``FLOOR``."""
    values, vectors = np.linalg.eigh(matrix)
    least = FLOOR**2 if exponent < 0 else 0.0
    return np.asarray((vectors * np.maximum(values, least) ** exponent) @ vectors.T, np.float64)


def detail_reach(longer: int) -> int:
    """How many pixels away a pixel may still change the detail of a picture with this longer side."""
    return _side(longer) - 1


def _side(longer: int) -> int:
    return 2 * max(1, round(RADIUS * longer)) + 1


def _detail(light: Plane, side: int) -> Plane:
    """What a guided filter, guided by the picture itself, takes off over squares of ``side`` pixels."""
    mean = _mean(light, side)
    variance = _mean(light * light, side) - mean * mean
    kept = np.asarray(variance / (variance + EDGE**2), np.float32)
    return np.asarray(light - _mean(kept, side) * light - _mean((1 - kept) * mean, side), np.float32)


def _mean(plane: Plane, side: int) -> Plane:
    return np.asarray(cv2.boxFilter(plane, -1, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)
