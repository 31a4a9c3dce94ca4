"""Whose turn it is: the least recently served person and chat first.

Whoever was served yields to everybody who waits, and to whoever comes soon after. So the turn of a job counts from
the moment it came or from ``YIELD`` after its person, or its chat, was last served, whichever is latest; the earliest
turn goes first. A flood therefore delays only whoever sends it, a busy group delays each other chat by one job at a
time, and nobody starves, because in the end a newcomer's turn is later than that of everybody who waits. It is round
robin without rounds (compare Shreedhar and Varghese, "Efficient fair queuing using deficit round robin", 1995, with
every job counted alike).

Moments are ticks of one counter, not seconds, so that no two of them are equal.
"""

import heapq
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, Protocol, TypeVar


class Fair(Protocol):
    """What turns go by. ``number`` is the tick at which it came; an empty ``chat`` is the person's own."""

    @property
    def number(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def chat(self) -> str: ...


F = TypeVar("F", bound=Fair)
K = TypeVar("K", bound=Hashable)
Turn = tuple[int, int, int]
"""Of the job, of its person alone (which decides between people of one chat), and when it came."""


YIELD = 128
"""Ticks, each of them one job that comes or goes: about one round of a full queue."""


class Turns:
    """Remembers when people and chats were last served, while it matters."""

    def __init__(self) -> None:
        self._ticks = 0
        self._people: dict[str, int] = {}
        self._chats: dict[str, int] = {}

    def tick(self) -> int:
        """The next moment."""
        self._ticks += 1
        return self._ticks

    def person(self, user: str) -> int:
        """From when on it is the turn of ``user`` again; 0 for who was not served lately."""
        return self._people.get(user, 0)

    def chat(self, chat: str) -> int:
        """From when on it is the turn of ``chat`` again; 0 for one that was not served lately."""
        return self._chats.get(chat, 0)

    def serve(self, job: Fair) -> None:
        """Note that ``job`` leaves the queue for the device."""
        again = self.tick() + YIELD
        self._people[job.user] = again
        if job.chat:
            self._chats[job.chat] = again

    def forget_but(self, waiting: Iterable[Fair]) -> None:
        """Forget whoever does not wait and need not yield any more."""
        waiting = tuple(waiting)
        self._people = self._still(self._people, {job.user for job in waiting})
        self._chats = self._still(self._chats, {job.chat for job in waiting})

    def _still(self, again: dict[str, int], waiting: set[str]) -> dict[str, int]:
        return {name: tick for name, tick in again.items() if tick > self._ticks or name in waiting}

    def copy(self) -> "Turns":
        """The same turns, to look ahead with."""
        twin = Turns()
        twin._ticks, twin._people, twin._chats = self._ticks, dict(self._people), dict(self._chats)
        return twin


class Line(Generic[F]):
    """Some of those who wait, the next in turn at its head.

    A heap of chats by their turn, and in each chat a heap of its people by theirs. Turns only ever move later, so an
    entry that went stale is noticed when it comes up, and is put back where it belongs: O(log n) for each job taken.
    """

    def __init__(self, turns: Turns, jobs: Iterable[F]) -> None:
        """``jobs`` come in the order of their numbers."""
        self._turns = turns
        self._size = 0
        rooms: dict[tuple[str, str], _Room[F]] = {}
        for self._size, job in enumerate(jobs, start=1):
            own = "" if job.chat else job.user
            rooms.setdefault((job.chat, own), _Room(job.chat)).add(job)
        self._rooms = [(room.turn(turns), room) for room in rooms.values()]
        heapq.heapify(self._rooms)

    def __len__(self) -> int:
        return self._size

    def head(self) -> F:
        """Whoever is next."""
        return self._refresh().head()

    def turn(self) -> Turn:
        """The turn of the head."""
        self._refresh()
        return self._rooms[0][0]

    def take(self) -> F:
        """Serve the head."""
        room = self._refresh()
        job = room.take()
        self._size -= 1
        self._turns.serve(job)
        if room.people:
            heapq.heapreplace(self._rooms, (room.turn(self._turns), room))
        else:
            heapq.heappop(self._rooms)
        return job

    def _refresh(self) -> "_Room[F]":
        while True:
            noted, room = self._rooms[0]
            turn = room.turn(self._turns)
            if turn == noted:
                return room
            heapq.heapreplace(self._rooms, (turn, room))


class Lines(dict[K, Line[F]]):
    """Everybody who waits, in one line for each key. Never holds an empty line."""

    def __init__(self, turns: Turns, jobs: Iterable[F], key: Callable[[F], K]) -> None:
        """``jobs`` come in the order of their numbers."""
        sorted_out: dict[K, list[F]] = {}
        for job in jobs:
            sorted_out.setdefault(key(job), []).append(job)
        super().__init__((name, Line(turns, line)) for name, line in sorted_out.items())
        self._firsts = [(line.turn(), count, name) for count, (name, line) in enumerate(self.items())]
        heapq.heapify(self._firsts)

    def first(self) -> K:
        """The key of the one line whose head is next in turn. Entries go stale as they do in a Line."""
        while True:
            noted, count, name = self._firsts[0]
            turn = self[name].turn() if name in self else None
            if turn == noted:
                return name
            if turn is None:
                heapq.heappop(self._firsts)
            else:
                heapq.heapreplace(self._firsts, (turn, count, name))

    def take(self, key: K, jobs: int) -> tuple[F, ...]:
        """Serve at most ``jobs`` of the line ``key``."""
        line = self[key]
        taken = tuple(line.take() for _ in range(min(jobs, len(line))))
        if not line:
            del self[key]
        return taken


class _Room(Generic[F]):
    """One chat's part of a line: its people by turn, each with their jobs in the order in which they came."""

    def __init__(self, chat: str) -> None:
        self._chat = chat
        self._lanes: dict[str, deque[F]] = {}
        self.people: list[tuple[int, int, str]] = []

    def add(self, job: F) -> None:
        if job.user not in self._lanes:
            self._lanes[job.user] = deque()
            self.people.append((job.number, job.number, job.user))  # numbers grow: the list stays a heap
        self._lanes[job.user].append(job)

    def head(self) -> F:
        return self._lanes[self.people[0][-1]][0]

    def take(self) -> F:
        _, _, user = heapq.heappop(self.people)
        lane = self._lanes[user]
        job = lane.popleft()
        if lane:
            heapq.heappush(self.people, (lane[0].number, lane[0].number, user))
        return job

    def turn(self, turns: Turns) -> Turn:
        while True:
            noted, number, user = self.people[0]
            person = max(number, turns.person(user))
            if person == noted:
                return max(person, turns.chat(self._chat)), person, number
            heapq.heapreplace(self.people, (person, number, user))
