"""The art of a training, and how it is seen."""

import random
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from styles.training import pictures
from styles.training.material import Art
from styles.training.pictures import Gallery


@dataclass(frozen=True, slots=True)
class Shown:
    """The art's pictures; ``plan`` says how crops of them are seen."""

    gallery: Gallery
    plan: Art

    @classmethod
    def open(cls, plan: Art, root: Path, largest: int) -> "Shown":
        """Read them, for crops of up to ``largest`` pixels. Raises BadPicture."""
        gallery = Gallery.of([(pictures.find(plan.pictures, root), 1.0)], max(plan.side, largest))
        if plan.drawn:
            gallery = Gallery([([pictures.drawn(picture, plan.drawn) for picture in gallery.pictures], 1.0)])
        return cls(gallery, plan)

    def crops(self, count: int, size: int, draw: random.Random) -> list[Tensor]:
        """``count`` crops, bytes of ``3 x size x size``."""
        art = self.gallery.crops(count, size, draw, loosest=self.plan.loosest, top=self.plan.top)
        return [pictures.varied(crop, draw) for crop in art] if self.plan.varied else art
