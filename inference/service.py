"""The seam: the one interface that the bots know of the service.

It is the same whether the service lives in this process (``inference.embedded.EmbeddedService``) or behind
HTTP (``inference.client.RemoteService``); the callers cannot tell, and one test suite runs against both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from inference.job import Job, Progress, Result


@dataclass(frozen=True, slots=True)
class StyleInfo:
    """What people are told of a style. ``title`` maps a language ("en", "zh") to its name."""

    id: str
    version: str
    title: Mapping[str, str]
    takes: str
    licence: str


class Service(Protocol):
    """Turns a Job into a Result."""

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        """Run one job and return its Result.

        Where ``job.style`` names several styles, the result is the contact sheet of the photo in each; a picture that
        moves comes back moving, unless ``job.options.still``.

        Cancelling the awaiting task takes the job out of the queue; it then never reaches the device.

        Raises:
            ServiceError: see ``inference.errors`` for each kind.
        """
        ...

    async def styles(self) -> tuple[StyleInfo, ...]:
        """The installed styles, in the order to show them."""
        ...

    async def preview(self, style: str) -> bytes:
        """The style's preview picture, a JPEG. Raises UnknownStyle."""
        ...

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        """These styles on one numbered contact sheet, a JPEG, in this order; all of ``styles()`` when none are named.

        Raises UnknownStyle.
        """
        ...
