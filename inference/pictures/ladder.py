"""The ladder: the few sizes at which pictures run, so that sizes repeat and batches fill.

Nothing is padded. A network that normalises over the whole picture would take statistics of the padding too,
while a slight stretch that is undone afterwards is invisible: at most 10 % for shapes up to 2.5:1 and 20 % for
panoramas (the rounding to a multiple of 8 included), and next to none for the shapes that cameras give.
"""

from math import lcm, sqrt

from inference.job import Crop, Options
from inference.pictures.header import Header
from styles.card import Size

SIDES = (256, 320, 400, 512, 640, 800, 1024, 1280, 1600, 2048)
"""The longer side, each about a quarter more than the last; what chats send (320, 512, 640, 1280) is among them."""

SHAPES = (
    1,
    9 / 8,
    5 / 4,
    4 / 3,
    3 / 2,
    1.64,
    16 / 9,
    2,
    20 / 9,
    2.5,
    3.1,
    3.85,
    4.8,
    6,
    7.5,
    9.3,
    11.6,
    14.4,
    17.9,
    20,
)
"""Longer side by shorter side: what cameras, screens and phones give, and panoramas in even steps."""

SLACK = 0.9
"""A picture may lose a tenth of its side to take a smaller rung: nobody sees it, and 1100 pixels cost as 1024."""

FINEST = 1.5
"""Past this many times the side that a network looks best at, its strokes become too fine to be seen in the whole
picture: it runs no larger, and the result is enlarged."""

SHORTEST = 64
"""Least shorter side of a bucket, so that thin panoramas still leave a network something to look at."""

OF_WORDS = 512
"""Least side of a picture that is made of words, unless a smaller one is asked for."""

ACTIVATION_BYTES = 768 << 20
"""What one picture may take on the device while it runs."""


def bucket(header: Header, options: Options, size: Size) -> tuple[int, int]:
    """The (height, width) at which a picture runs: multiples of ``size.multiple``, at least ``size.minimum``.

    Where an avatar is cut is not known before the picture is decoded, but its result's size is: see ``framed``.
    """
    width, height = framed(header, options)
    shape = _nearest_shape(max(width, height) / min(width, height))
    longer, shorter = _sides(min(max(width, height), options.max_side), shape, size, lcm(8, size.multiple))
    return (longer, shorter) if height > width else (shorter, longer)


def framed(header: Header, options: Options) -> tuple[int, int]:
    """The (width, height) that the result may have at most.

    A cut-out avatar may be as large as the photo's shorter side, however small the face in it: it is drawn by the
    style at that size, and a profile picture of 200 pixels would look poor.
    """
    if options.crop is Crop.NONE:
        return header.width, header.height
    side = min(header.width, header.height)
    return side, side


def of_words(options: Options, size: Size) -> tuple[int, int]:
    """The side of the square that is made of words, and that of the square at which it runs.

    A network that makes pictures makes them of one size: so all that wait share a batch, however large they become.
    """
    step = lcm(8, size.multiple)
    own = -(-max(size.best, size.minimum) // step) * step
    return min(max(OF_WORDS, size.best), options.max_side), own


def result_size(width: int, height: int, max_side: int) -> tuple[int, int]:
    """The (width, height) of the result: the photo's own aspect, never enlarged, longer side at most ``max_side``."""
    scale = min(1.0, max_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _nearest_shape(shape: float) -> float:
    return min(SHAPES, key=lambda rung: max(rung / shape, shape / rung))


def _sides(side: int, shape: float, size: Size, step: int) -> tuple[int, int]:
    wanted = min(side, FINEST * size.best, _affordable(shape, size))
    longer = next((rung for rung in SIDES if rung >= wanted * SLACK), SIDES[-1])
    while longer > SIDES[0] and longer > _affordable(shape, size):
        longer = SIDES[SIDES.index(longer) - 1]
    shortest = max(SHORTEST, size.minimum)
    if longer / shape < shortest:
        longer = round(shortest * shape)
    least = -(-shortest // step) * step
    return max(least, round(longer / step) * step), max(least, round(longer / shape / step) * step)


def _affordable(shape: float, size: Size) -> float:
    pixels = ACTIVATION_BYTES / max(1.0, size.activation_bytes_per_pixel)
    return sqrt(pixels * shape)
