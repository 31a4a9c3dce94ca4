"""What a rule is that draws a picture from a photo, and how a recipe sets its parameters."""

from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Self

from torch import Tensor

from styles.table import Table


@dataclass(frozen=True, slots=True)
class Rule:
    """Draws from photos, ``N x 3 x H x W`` RGB in [0, 1] with sides of at least 32, pictures of the same form.

    A pure function of each photo alone: no chance, no neighbours in the batch. Its parameters are fields made by
    ``whole`` and ``real``. Lengths are in pixels of the photo that is drawn, which has some 256 to 512 a side.
    """

    def __call__(self, photos: Tensor) -> Tensor:
        raise NotImplementedError

    def read(self, table: Table) -> Self:
        """This rule with whichever of its parameters the table names. Raises BrokenPack where one is wrong."""
        named = [each for each in fields(self) if each.name in table.values]
        return replace(self, **{each.name: _value(each, table) for each in named})


def whole(default: int, low: int, high: int) -> Any:
    """A parameter that is a whole number within bounds."""
    return field(default=default, metadata={"take": Table.integer, "bounds": (low, high)})


def real(default: float, low: float, high: float) -> Any:
    """A parameter that is a number within bounds."""
    return field(default=default, metadata={"take": Table.number, "bounds": (low, high)})


def _value(parameter: Field[Any], table: Table) -> Any:
    low, high = parameter.metadata["bounds"]
    return parameter.metadata["take"](table, parameter.name, low, high)
