"""Pixels in and out of the service: a photo's bytes in, uint8 H×W×3 arrays between, the result's bytes out.

``inspect`` judges the header, ``bucket`` chooses the size it runs at, ``prepare`` decodes, ``finish`` encodes;
``sheet`` draws the contact sheet of styles. What moves comes apart by ``frames`` and is put together by ``play``,
``Steady`` between them; a giant comes apart into ``tiles`` that ``Broad`` strokes hold together. ``small`` and
``side_by_side`` are for a photo in several styles, ``reference`` for a style picture, ``of_words`` for a picture
without a photo. All of them block: run them in threads.
"""

from inference.pictures.colours import flattened
from inference.pictures.comparison import CELL, side_by_side
from inference.pictures.contact import sheet
from inference.pictures.features import Pixels
from inference.pictures.header import Header, inspect, judge_moving
from inference.pictures.labels import Labels, xmp
from inference.pictures.ladder import ACTIVATION_BYTES, bucket, of_words, result_size
from inference.pictures.likeness import of_reference, reference
from inference.pictures.mark import marked
from inference.pictures.moving import Frame, frames, moving_size
from inference.pictures.playing import play
from inference.pictures.reading import Prepared, prepare, ready, small
from inference.pictures.steady import Steady
from inference.pictures.tiles import Broad, Tile, tiles, window
from inference.pictures.tones import Match, detail_reach, matching
from inference.pictures.writing import Finished, closed, encoded, finish, painted, toned

__all__ = [
    "ACTIVATION_BYTES",
    "CELL",
    "Broad",
    "Finished",
    "Frame",
    "Header",
    "Labels",
    "Match",
    "Pixels",
    "Prepared",
    "Steady",
    "Tile",
    "bucket",
    "closed",
    "detail_reach",
    "encoded",
    "finish",
    "flattened",
    "frames",
    "inspect",
    "judge_moving",
    "marked",
    "matching",
    "moving_size",
    "of_reference",
    "of_words",
    "painted",
    "play",
    "prepare",
    "ready",
    "reference",
    "result_size",
    "sheet",
    "side_by_side",
    "small",
    "tiles",
    "toned",
    "window",
    "xmp",
]
