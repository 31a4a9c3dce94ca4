"""Pictures drawn by rule from photos, for generators to imitate.

A generator that imitates a drawing knows within minutes what adversarial losses alone teach in hours. To add a rule:
write its file, add its line to DRAWINGS.
"""

from collections.abc import Mapping

from styles.training.drawings.cartoon import Cartoon
from styles.training.drawings.comic import Comic
from styles.training.drawings.ink import Ink
from styles.training.drawings.rule import Rule

DRAWINGS: Mapping[str, Rule] = {
    "cartoon": Cartoon(),
    "comic": Comic(),
    "ink": Ink(),
}
"""Each with its usual parameters; ``Rule.read`` gives one with the parameters of a recipe."""
