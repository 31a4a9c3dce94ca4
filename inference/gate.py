"""A gate for what needs much memory for long: few are inside at once, of each person one, in the order of coming."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from inference.errors import Busy
from inference.job import Queued
from inference.limits import Limits

Tell = Callable[[Queued], None]


@dataclass(eq=False, slots=True)
class _Ticket:
    user: str
    bytes: int
    pixels: int
    seconds: float
    tell: Tell
    opened: asyncio.Future[None]


class Gate:
    """For one event loop. Bounded by ``limits`` as the queue is, in number and in bytes of what waits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: list[_Ticket] = []
        self._inside: list[_Ticket] = []

    @asynccontextmanager
    async def through(
        self, user: str, count: int, seconds: float, tell: Tell, *, pixels: int = 0
    ) -> AsyncIterator[None]:
        """Wait for one's turn, and be inside until the block is left.

        ``count`` is the bytes held meanwhile, ``seconds`` how long the work is thought to take; ``tell`` hears the
        position while there is one. ``pixels`` are those of a giant; they are bounded together, and giants are
        counted apart from what moves.

        Raises:
            Busy: too many wait.
        """
        self._refuse_if_full(user, count)
        ticket = _Ticket(user, count, pixels, seconds, tell, asyncio.get_running_loop().create_future())
        self._waiting.append(ticket)
        self._open()
        try:
            await ticket.opened
            yield
        finally:
            (self._inside if ticket in self._inside else self._waiting).remove(ticket)
            self._open()

    def _open(self) -> None:
        for ticket in tuple(self._waiting):
            busy = {other.user for other in self._inside}
            if self._may_enter(ticket, busy):
                self._waiting.remove(ticket)
                self._inside.append(ticket)
                ticket.opened.set_result(None)
        ahead_s = sum(ticket.seconds for ticket in self._inside)
        for position, ticket in enumerate(self._waiting, start=len(self._inside) + 1):
            ahead_s += ticket.seconds
            ticket.tell(Queued(position, ahead_s))

    def _may_enter(self, ticket: _Ticket, busy: set[str]) -> bool:
        """Whether there is room. A giant passes no other one that waits for room, or large ones would wait for ever."""
        if ticket.user in busy or ticket.opened.done():
            return False
        alike = [other for other in self._inside if bool(other.pixels) == bool(ticket.pixels)]
        if not ticket.pixels:
            return len(alike) < self._limits.moving_at_once
        first = next(other for other in self._waiting if other.pixels and other.user not in busy)
        fits = not alike or ticket.pixels + sum(other.pixels for other in alike) <= self._limits.tiled_pixels
        return ticket is first and fits and len(alike) < self._limits.tiled_at_once

    def _refuse_if_full(self, user: str, count: int) -> None:
        own = [ticket for ticket in self._waiting if ticket.user == user]
        held = sum(ticket.bytes for ticket in self._waiting) + count
        many = len(self._waiting) >= self._limits.queue_jobs or held > self._limits.queue_bytes
        if self._waiting and (many or len(own) >= self._limits.user_jobs):
            raise Busy(max(1.0, (own or self._waiting)[0].seconds))
