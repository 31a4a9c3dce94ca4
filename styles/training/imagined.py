"""What a generator of pictures of words learns from: scenes that a program draws of words and chance.

Both are told the same of a scene: the generator as labels and chance vector, the program as keywords and numbers. So
each scene can be the target of the very picture that the generator makes, and there are as many as it wants.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from styles import scenery
from styles.theme import Theme, numbers
from styles.training.shown import Shown

MOST_SAID = 4  # words that are chosen before the rest of a scene is drawn to go with them
SEED = 1  # of the scenes that are shown


@dataclass(frozen=True, slots=True)
class Imagined:
    """``known`` are the words that the generator knows, ``size`` the side of its pictures in pixels.

    ``art`` is what the pictures are to be painted like; without it, they are to be like the scenes as they are drawn.
    """

    known: Sequence[str]
    size: int
    art: Shown | None = None

    def themes(self, count: int, draw: random.Random) -> list[Theme]:
        """As many scenes by chance; every word comes in some of them."""
        return [self._theme(draw) for _ in range(count)]

    def whole_art(self) -> list[Tensor]:
        return self.art.gallery.pictures if self.art else []

    @property
    def photo_count(self) -> int:
        return 0

    def shown(self, texts: Sequence[str]) -> list[Image.Image]:
        """The scenes that these texts mean, drawn."""
        drawn = [scene(Theme.of(text, SEED, self.known, scenery.NUMBERS), self.size) for text in texts]
        return [Image.fromarray(each.permute(1, 2, 0).numpy()) for each in drawn]

    def _theme(self, draw: random.Random) -> Theme:
        said = draw.sample(self.known, draw.randint(0, min(MOST_SAID, len(self.known))))
        return Theme.around(said, draw, self.known, scenery.NUMBERS)


def scene(theme: Theme, side: int) -> Tensor:
    """The scene as the program draws it, bytes of ``3 x side x side``."""
    return scenery.drawn(theme.keywords, numbers(theme.latent)[0].tolist(), side)
