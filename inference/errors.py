"""Every way the service says no.

ServiceError
├── InvalidRequest      400 bad_request
├── NotAuthorised       401 unauthorised
├── UnknownStyle        404 unknown_style      .suggestion
├── StyleExists         409 style_exists
├── StyleWithdrawn      410 style_withdrawn
├── TooLarge            413 too_large
│   └── TooManyFrames   413 too_many_frames
├── NotAPicture         415 not_a_picture
│   └── TooSmall        415 too_small
├── InvalidOption       422 bad_option
├── UnknownWords        422 unknown_words      .known
├── ReferenceMissing    422 reference_missing
├── BadReference        422 bad_reference
├── Busy                429 busy               .retry_after_s
├── StyleUnavailable    503 style_unavailable
├── NotReady            503 not_ready
├── DeadlinePassed      504 deadline_passed
└── Failed              500 failed

A message is one calm sentence that may be shown to people. ``code`` is what programs (and the bots' reply
catalogues) go by. A cancelled job raises ``asyncio.CancelledError`` and nothing else.
"""

from collections.abc import Sequence
from typing import ClassVar


class ServiceError(Exception):
    """The service refused or failed a job."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidRequest(ServiceError):
    """The request itself is malformed."""

    status, code = 400, "bad_request"


class NotAuthorised(ServiceError):
    """The token is missing or wrong."""

    status, code = 401, "unauthorised"


class UnknownStyle(ServiceError):
    """No installed style has this name. ``suggestion`` is the nearest one, if any is near."""

    status, code = 404, "unknown_style"

    def __init__(self, style: str, suggestion: str | None = None) -> None:
        hint = f" Did you mean “{suggestion}”?" if suggestion else ""
        super().__init__(f"There is no style “{style}”.{hint}")
        self.style, self.suggestion = style, suggestion


class StyleExists(ServiceError):
    """The name that a new style is to have is another's, or was."""

    status, code = 409, "style_exists"


class StyleWithdrawn(ServiceError):
    """A creator's style that was taken back, or whose last day is over."""

    status, code = 410, "style_withdrawn"

    def __init__(
        self, message: str = "This style is offered no longer: its creator took it back, or its time is over."
    ) -> None:
        super().__init__(message)


class TooLarge(ServiceError):
    """Too many bytes, pixels or frames; said from the header, before anything is decoded."""

    status, code = 413, "too_large"


class TooManyFrames(TooLarge):
    """It moves for longer than we follow, or in larger frames; its first frame alone is welcome (``Options.still``)."""

    code = "too_many_frames"


class NotAPicture(ServiceError):
    """Not one of the formats we accept, or broken."""

    status, code = 415, "not_a_picture"


class TooSmall(NotAPicture):
    """Too few pixels, or too long and thin, to be a picture of anything."""

    code = "too_small"


class InvalidOption(ServiceError):
    """An option is out of its range."""

    status, code = 422, "bad_option"


class UnknownWords(ServiceError):
    """None of the words means anything to the style. ``known`` are some that do, of all that it knows."""

    status, code = 422, "unknown_words"

    def __init__(self, known: Sequence[str]) -> None:
        super().__init__(f"None of these words is known here; try {', '.join(known)}.")
        self.known = tuple(known)


class ReferenceMissing(ServiceError):
    """The style paints in the style of another picture, and none came with the photo."""

    status, code = 422, "reference_missing"


class BadReference(ServiceError):
    """A style picture that is none, or too small, or too large. The photo is not to blame.

    ``place`` is which of several pictures it is, from 1 on; 0 where it is the only one, or all of them together.
    """

    status, code = 422, "bad_reference"

    def __init__(self, message: str, place: int = 0) -> None:
        super().__init__(message)
        self.place = place


class Busy(ServiceError):
    """The queue is full. ``retry_after_s`` is computed from the measured throughput."""

    status, code = 429, "busy"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"Too many pictures are waiting; try again in {max(1, round(retry_after_s))} s.")
        self.retry_after_s = retry_after_s


class StyleUnavailable(ServiceError):
    """The style's pack is broken or was revoked."""

    status, code = 503, "style_unavailable"


class NotReady(ServiceError):
    """The service is starting, stopping, or cannot be reached."""

    status, code = 503, "not_ready"


class DeadlinePassed(ServiceError):
    """The job's deadline came before the device did."""

    status, code = 504, "deadline_passed"


class Failed(ServiceError):
    """Something of ours broke. The log has it whole; people get this sentence."""

    status, code = 500, "failed"

    def __init__(self, message: str = "Something went wrong on our side; the picture was not changed.") -> None:
        super().__init__(message)
