"""Pixels in and out of the service: a photo's bytes in, uint8 H×W×3 arrays between, the result's bytes out.

``inspect`` judges the header, ``bucket`` chooses the size it runs at, ``prepare`` decodes, ``finish`` encodes;
``sheet`` draws the contact sheet of styles. All of them block: run them in threads.
"""

from inference.pictures.contact import sheet
from inference.pictures.header import Header, inspect
from inference.pictures.labels import Labels
from inference.pictures.ladder import bucket
from inference.pictures.reading import Pixels, Prepared, prepare
from inference.pictures.writing import Finished, finish

__all__ = ["Finished", "Header", "Labels", "Pixels", "Prepared", "bucket", "finish", "inspect", "prepare", "sheet"]
