"""What crosses the seam between the bots and the service: plain, frozen values.

A picture crosses as its encoded bytes, never as a URL (a Telegram file URL carries the bot's token)
and never decoded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Format(StrEnum):
    """How a result is encoded."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"

    @property
    def media_type(self) -> str:
        return f"image/{self.value}"


class Crop(StrEnum):
    """What of the photo is styled."""

    NONE = "none"
    AVATAR = "avatar"  # a square around the face (or the middle), with room for a round frame


@dataclass(frozen=True, slots=True)
class Options:
    """What is done to the pixels. Everything here is done by the service.

    ``strength`` blends photo (0) and styled picture (1); None takes the style's default, as do ``keep_colours``
    (the result's light with the photo's colours) and ``faces`` (small faces are painted finer). ``match_colours``
    moves the result's colours to the mean and spread of the photo's; ``detail`` brings out fine detail, 0 (none) to 1.
    ``max_side`` bounds the longer side of the result in pixels; the photo is never enlarged. ``mark`` draws the small
    visible mark that says a machine made this. ``still`` takes of what moves the first frame alone; without it a
    result moves as its picture did, and is encoded as platforms play it (see ``Result.media_type``), whatever
    ``format`` says.
    """

    strength: float | None = None
    keep_colours: bool | None = None
    max_side: int = 2048
    format: Format = Format.JPEG
    crop: Crop = Crop.NONE
    mark: bool = False
    match_colours: bool = False
    detail: float = 0.0
    faces: bool | None = None
    still: bool = False

    @property
    def needs_photo(self) -> bool:
        """Whether a result cannot be finished from the styled picture alone."""
        own = self.strength == 1.0 and self.keep_colours is False
        return not own or self.match_colours or self.detail != 0


@dataclass(frozen=True, slots=True)
class Reference:
    """A style picture: the job's photo comes out in its style.

    ``weight`` says how much of a mix this one is, beside the other references' weights; any number above 0.
    """

    picture: bytes = field(repr=False)
    weight: float = 1.0


TAKES_REFERENCE = "photo+reference"
"""What ``StyleInfo.takes`` says of a style that paints a photo like another picture."""
MOST_REFERENCES = 3
"""That one job may mix."""
TAKES_WORDS = "words"
"""What ``StyleInfo.takes`` says of a style that makes a picture out of words alone."""
MOST_WORDS = 200
"""Characters that a job's words may have."""
MOST_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Job:
    """One picture that one person wants in one style.

    ``style`` is the id of one style, or ids joined by commas ("anime,ink"): then the result is ONE numbered contact
    sheet of small pictures, the photo in each of these styles, in this order.

    ``user`` and ``chat`` are opaque fairness keys ("telegram:17"), ``deadline_s`` counts seconds from
    the moment the service accepts the job. ``references`` are 1 to 3 style pictures for a style that takes
    "photo+reference" (``StyleInfo.takes``), and none for any other; on a sheet of both kinds they go to the former.

    A style that takes "words" makes its picture out of ``words`` alone (1 to MOST_WORDS characters): there is no
    ``picture`` then. The same words with another ``seed``, 0 to MOST_SEED, make another picture, with the same one the
    same. It is square, of 512 pixels or what its style makes best, or ``options.max_side`` if that is less; of the
    other options only ``format`` and ``mark`` say anything. It never stands on a contact sheet.
    """

    picture: bytes = field(repr=False)
    style: str
    options: Options = Options()
    user: str = "anonymous"
    chat: str = ""
    deadline_s: float | None = None
    references: tuple[Reference, ...] = ()
    words: str = ""
    seed: int = 0

    @property
    def held_bytes(self) -> int:
        """The encoded pictures that it holds."""
        return len(self.picture) + sum(len(reference.picture) for reference in self.references)


@dataclass(frozen=True, slots=True)
class Result:
    """The encoded picture, and how long it waited and ran.

    ``frames`` are more than 1 where it moves. Of a contact sheet, ``style`` and ``style_version`` name all that were
    asked for, joined by commas.
    """

    picture: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    style: str
    style_version: str
    waited_s: float
    ran_s: float
    batch_size: int
    frames: int = 1


@dataclass(frozen=True, slots=True)
class Queued:
    """The job waits. ``position`` is 1 for the job that runs next; ``eta_s`` is the estimate until its result."""

    position: int
    eta_s: float


@dataclass(frozen=True, slots=True)
class Running:
    """The job's batch is on the device."""


Event = Queued | Running
Progress = Callable[[Event], None]
"""Called in the event loop, whenever position changes or the job starts. Must return at once."""
