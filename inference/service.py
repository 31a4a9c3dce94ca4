"""The seam: the one interface that the bots know of the service.

It is the same whether the service lives in this process (``inference.embedded.EmbeddedService``) or behind
HTTP (``inference.client.RemoteService``); the callers cannot tell, and one test suite runs against both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from inference.creation import Creation
from inference.job import Job, Progress, Result


@dataclass(frozen=True, slots=True)
class StyleInfo:
    """What people are told of a style. ``title`` maps a language ("en", "zh") to its name.

    ``scope`` names the chats where a creator lets it be used ("telegram:-100123"); empty is everywhere. Whoever knows
    of chats holds to it; the service does not. ``expires`` is the last day, in UTC, on which the service offers it;
    empty where it has no end.
    """

    id: str
    version: str
    title: Mapping[str, str]
    takes: str
    licence: str
    scope: tuple[str, ...] = ()
    expires: str = ""


class Service(Protocol):
    """Turns a Job into a Result."""

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        """Run one job and return its Result.

        Where ``job.style`` names several styles, the result is the contact sheet of the photo in each; a picture that
        moves comes back moving, unless ``job.options.still``. In a style that takes words it is a picture made of
        ``job.words``.

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
        """These styles on one numbered contact sheet, a JPEG, in this order.

        When none are named, all of ``styles()`` but those that take words, which are no choice for a photo.

        Raises UnknownStyle.
        """
        ...

    async def draft(self, pictures: Sequence[bytes]) -> bytes:
        """Three sample photos, side by side, in the style of these 1 to 20 pictures together; a JPEG. Nothing is kept.

        Raises:
            BadReference: a picture cannot be used, and the sentence says which; or they are none or too many.
            StyleUnavailable: no installed style paints like other pictures and can be made into one of its own.
        """
        ...

    async def create(self, creation: Creation) -> StyleInfo:
        """Make a style of a creator's pictures; it can be used at once.

        Whoever was cut off may repeat it: what is there already, the same in every respect, is returned as if new.

        Raises:
            StyleExists: another style has this id, or one that was withdrawn had it.
            InvalidOption: anything but the pictures is not as ``Creation`` says.
            BadReference, StyleUnavailable: as ``draft``.
        """
        ...

    async def withdraw(self, style: str) -> None:
        """Offer a creator's style no longer: nothing of it stays but its id. May be repeated.

        Jobs that wait for it are refused with StyleWithdrawn, and so is every later one.

        Raises:
            UnknownStyle: there is no such style, or it is no creator's.
        """
        ...

    async def trains(self) -> bool:
        """Whether creators' styles are made better in the background, where their creators ask for it."""
        ...

    async def candidates(self) -> tuple[str, ...]:
        """The creators' styles of which there is a better generator now; it waits for its creator's choice."""
        ...

    async def compared(self, style: str) -> bytes:
        """Sample photos in both generators of a style, the present one called A, the better one B; a JPEG.

        Raises:
            UnknownStyle: there is no such style, or it is no creator's.
            StyleUnavailable: there is no other generator of it.
        """
        ...

    async def choose(self, style: str, *, new: bool) -> None:
        """Let a style have its new generator, or keep the old one; the other is deleted. Once it is chosen, no effect.

        Raises:
            UnknownStyle: there is no such style, or it is no creator's.
        """
        ...
