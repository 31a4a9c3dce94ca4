"""Pictures drawn by rule from photos, for generators to imitate.

A generator that imitates a drawing knows within minutes what adversarial losses alone teach in hours. To add a rule:
write its file, add its line to DRAWINGS.
"""

from collections.abc import Mapping

from styles.training.drawings.cartoon import Cartoon
from styles.training.drawings.comic import Comic
from styles.training.drawings.ink import Ink
from styles.training.drawings.mosaic import Mosaic
from styles.training.drawings.neon import Neon
from styles.training.drawings.pencil import Pencil
from styles.training.drawings.pop import Pop
from styles.training.drawings.rule import Rule
from styles.training.drawings.watercolour import Watercolour
from styles.training.drawings.woodblock import Woodblock
from styles.training.drawings.woodcut import Woodcut

DRAWINGS: Mapping[str, Rule] = {
    "cartoon": Cartoon(),
    "comic": Comic(),
    "ink": Ink(),
    "pencil": Pencil(),
    "woodcut": Woodcut(),
    "pop": Pop(),
    "watercolour": Watercolour(),
    "woodblock": Woodblock(),
    "mosaic": Mosaic(),
    "neon": Neon(),
}
"""Each with its usual parameters; ``Rule.read`` gives one with the parameters of a recipe."""
