"""One call of ``stylize`` on its way: the job that waits, and whoever waits for it."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from inference.batch import Waiting
from inference.errors import Failed, ServiceError
from inference.job import Event, Progress, Queued, Result, Running
from inference.references import StylePicture
from inference.service import StyleInfo
from inference.work import Work

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Call:
    """``answer`` is set once, and never after its caller has gone."""

    waiting: Waiting
    work: Work
    info: StyleInfo
    answer: asyncio.Future[Result]
    progress: Progress | None
    references: Sequence[StylePicture] = ()
    told: int = 0  # the position that was told last
    started_s: float | None = None

    @property
    def dead(self) -> bool:
        """Whether nobody waits any more: answered, refused or cancelled."""
        return self.answer.done()

    def tell(self, queued: Queued) -> None:
        """Say the position, if it is news."""
        if self.started_s is None and queued.position != self.told:
            self.told = queued.position
            self._say(queued)

    def start(self, now: float) -> None:
        """The device begins with it."""
        self.started_s = now
        self._say(Running())

    def succeed(self, result: Result) -> None:
        if not self.dead:
            self.answer.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Refuse in the service's words; what is not one of them goes whole to the log, and a calm sentence out."""
        if self.dead:
            return
        if not isinstance(error, ServiceError):
            log.error("a job in style %s of %s failed", self.info.id, self.waiting.user, exc_info=error)
            error = Failed()
        self.answer.set_exception(error)

    def _say(self, event: Event) -> None:
        if self.progress is None or self.dead:
            return
        try:
            self.progress(event)
        except Exception:  # the border to the caller's code, which must not stop other people's jobs
            log.exception("the progress of a job of %s could not be told", self.waiting.user)
            self.progress = None
