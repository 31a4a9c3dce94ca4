"""Whose turn it is: the least recently served person and chat first.

Whoever was served yields to everybody who waits, and to whoever comes soon after. So the turn of a job counts from
the moment it came or from a few jobs after its person, or its chat, was last served, whichever is latest; the earliest
turn goes first. A busy group delays each other chat by one job at a time, and nobody starves, because in the end a
newcomer's turn is later than that of everybody who waits. It is round robin without rounds of a fixed length (compare
Shreedhar and Varghese, "Efficient fair queuing using deficit round robin", 1995, with every job counted alike).

Whoever has more jobs waiting than all others together floods the queue, and yields so many times as they have jobs
waiting: a flood delays those who send little hardly at all, and takes what the device has left.

Moments are ticks of one counter, not seconds, so that no two of them are equal.
"""

import heapq
from abc import ABC, abstractmethod
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar


class Fair(Protocol):
    """What turns go by. ``number`` is the tick at which it came; an empty ``chat`` is the person's own.

    ``accepted_s`` is when it came, on the clock of whoever calls.
    """

    @property
    def number(self) -> int: ...
    @property
    def accepted_s(self) -> float: ...
    @property
    def user(self) -> str: ...
    @property
    def chat(self) -> str: ...


F = TypeVar("F", bound=Fair)
K = TypeVar("K", bound=Hashable)
N = TypeVar("N", bound=Hashable)
Turn = tuple[int, ...]
"""Of the job, of its person alone (which decides between people of one chat), and when it came."""


FEW = 3
"""Jobs: so many newcomers are let go before by whoever was served, and whoever has more waiting sends many. Where the
former were as many as people waited, those who sent two or three in a burst were its last by far."""
TIDY_EVERY = 128
"""Ticks, each of them one job that comes or goes."""


class Turns:
    """Remembers when people and chats were last served, while it matters."""

    def __init__(self) -> None:
        self._ticks = 0
        self._waiting: Counter[str] = Counter()  # the jobs of each person
        self._jobs = 0  # all of them
        self.served = 0  # as long as it stays the same, whose turn it is changes only with who comes and goes
        self._people: dict[str, int] = {}
        self._chats: dict[str, int] = {}
        self._served_s: dict[str, float] = {}  # when each person was, last
        self._tidy_at = TIDY_EVERY

    def tick(self) -> int:
        """The next moment."""
        self._ticks += 1
        return self._ticks

    def came(self, job: Fair) -> None:
        """Note that ``job`` waits."""
        self._jobs += 1
        self._waiting[job.user] += 1

    def left(self, job: Fair) -> None:
        """Note that ``job`` waits no more."""
        self._jobs -= 1
        self._waiting[job.user] -= 1
        if not self._waiting[job.user]:
            del self._waiting[job.user]

    def jobs_of(self, user: str) -> int:
        """How many jobs of this person wait."""
        return self._waiting[user]

    def others(self, user: str) -> int:
        """How many jobs wait that are not this person's."""
        return self._jobs - self._waiting[user]

    def flooded_by(self, user: str) -> bool:
        """Whether this person has more jobs waiting than all others together."""
        return self._waiting[user] > self.others(user)

    def of(self, job: Fair) -> Turn:
        """The turn of one job."""
        person = max(job.number, self._people.get(job.user, 0))
        return max(person, self._chats.get(job.chat, 0)), person, job.number

    def is_to_come(self, job: Fair) -> bool:
        """Whether whoever comes now has an earlier turn than this job."""
        return self.of(job)[0] > self._ticks

    def since_s(self, job: Fair) -> float:
        """Since when it has waited, or, as whoever sends many waits anew for each of them, its person got nothing."""
        if self._waiting[job.user] <= FEW:
            return job.accepted_s
        return max(job.accepted_s, self._served_s.get(job.user, job.accepted_s))

    def serve(self, job: Fair, now: float) -> None:
        """Note that ``job`` leaves the queue for the device."""
        self.left(job)
        self.served += 1
        self._served_s[job.user] = now
        a_few = 2 * FEW  # each of them comes and goes
        again = self.tick() + a_few
        more = self._waiting[job.user] - 1 if self.flooded_by(job.user) else 0
        self._people[job.user] = max(self._people.get(job.user, 0), again + more * a_few)
        if job.chat:
            self._chats[job.chat] = again

    def tidy(self, waiting: Callable[[], Iterable[Fair]]) -> None:
        """Forget whoever does not wait and need not yield any more. It changes no turn, and so is done but seldom."""
        if self._ticks < self._tidy_at:
            return
        self._tidy_at = self._ticks + TIDY_EVERY
        people, chats = set[str](), set[str]()
        for job in waiting():
            people.add(job.user)
            chats.add(job.chat)
        self._people = self._still(self._people, people)
        self._chats = self._still(self._chats, chats)
        self._served_s = {name: at_s for name, at_s in self._served_s.items() if name in people}

    def _still(self, again: dict[str, int], waiting: set[str]) -> dict[str, int]:
        return {name: tick for name, tick in again.items() if tick > self._ticks or name in waiting}

    def copy(self) -> "Turns":
        """The same turns, to look ahead with."""
        twin = Turns()
        twin._ticks = self._ticks
        twin._people, twin._chats, twin._served_s = dict(self._people), dict(self._chats), dict(self._served_s)
        return twin


class _Soonest(ABC, Generic[N]):
    """Names by their turn. A name's turn only moves later, but when one of its jobs comes, which ``_came`` tells.

    A heap of the turns that were noted, none later than the true one. An entry that went stale is noticed when it
    comes up, and is put back where it belongs: O(log n) for each job that comes or goes.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[Turn, N]] = []
        self._noted: dict[N, Turn] = {}  # of a name's entries, the one that counts

    @abstractmethod
    def _turn_of(self, name: N) -> Turn | None:
        """The true turn; None where nobody is there."""

    def _came(self, name: N, turn: Turn) -> None:
        """A job whose turn is ``turn``, which may be earlier than what was noted."""
        noted = self._noted.get(name)
        if noted is None or turn < noted:
            self._noted[name] = turn
            heapq.heappush(self._heap, (turn, name))

    def _soonest(self) -> N:
        """The next in turn. There must be one."""
        heap, all_noted = self._heap, self._noted
        while True:
            noted, name = heap[0]
            if all_noted.get(name) != noted:
                heapq.heappop(heap)
                continue
            turn = self._turn_of(name)
            if turn == noted:
                return name
            if turn is None:
                heapq.heappop(heap)
                del all_noted[name]
            else:
                all_noted[name] = turn
                heapq.heapreplace(heap, (turn, name))


class _Lane(deque[F]):
    """One person's jobs in a chat, in the order in which they came."""

    def add(self, job: F, _turn: Turn) -> None:
        self.append(job)

    def discard(self, job: F) -> None:
        self.remove(job)

    def head(self) -> F:
        return self[0]


class _Room(_Soonest[str], Generic[F]):
    """A chat of several: its people by turn."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns
        self._lanes: dict[str, _Lane[F]] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    def add(self, job: F, turn: Turn) -> None:
        lane = self._lanes.setdefault(job.user, _Lane())
        lane.add(job, turn)
        self._came(job.user, turn[1:])

    def discard(self, job: F) -> None:
        lane = self._lanes[job.user]
        lane.discard(job)
        if not lane:
            del self._lanes[job.user]

    def head(self) -> F:
        return self._lanes[self._soonest()].head()

    def _turn_of(self, name: str) -> Turn | None:
        lane = self._lanes.get(name)
        return self._turns.of(lane.head())[1:] if lane else None  # when the chat was served decides nothing within it


class Line(_Soonest[tuple[str, str]], Generic[K, F]):
    """Some of those who wait, all of one key, the next in turn at its head."""

    def __init__(self, turns: Turns, key: K) -> None:
        super().__init__()
        self.key = key
        self._turns = turns
        self._jobs: OrderedDict[int, F] = OrderedDict()  # whose first is found at once, however many have left
        self._people: Counter[str] = Counter()
        self._rooms: dict[tuple[str, str], _Room[F] | _Lane[F]] = {}
        self._head: F | None = None
        self._head_when = -1  # as many had been served

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def people(self) -> int:
        """How many different ones wait here."""
        return len(self._people)

    @property
    def yields(self) -> bool:
        """Whether its head's person or chat was served so lately that newcomers go first."""
        return self._turns.is_to_come(self.head())

    def others(self, user: str) -> int:
        """How many jobs wait here that are not this person's."""
        return len(self) - self._people[user]

    def add(self, job: F, turn: Turn) -> None:
        """Of all here, ``job`` came last; and ``turn`` is its turn."""
        self._head = None
        self._jobs[job.number] = job
        self._people[job.user] += 1
        place = _place(job)
        room = self._rooms.get(place)
        if room is None:
            room = self._rooms[place] = _Room(self._turns) if job.chat else _Lane()
        room.add(job, turn)
        self._came(place, turn)

    def discard(self, job: F) -> None:
        """Take ``job`` out; its turn is not used up."""
        self._head = None
        del self._jobs[job.number]
        self._people[job.user] -= 1
        if not self._people[job.user]:
            del self._people[job.user]
        place = _place(job)
        room = self._rooms[place]
        room.discard(job)
        if not room:
            del self._rooms[place]

    def oldest(self) -> F:
        """Whoever came first."""
        return next(iter(self._jobs.values()))

    def head(self) -> F:
        """Whoever is next."""
        head = self._head
        if head is None or self._head_when != self._turns.served:
            head = self._head = self._rooms[self._soonest()].head()
            self._head_when = self._turns.served
        return head

    def turn(self) -> Turn:
        """The turn of the head."""
        return self._turns.of(self.head())

    def since_s(self) -> float:
        """Since when its head waits; see ``Turns.since_s``."""
        return self._turns.since_s(self.head())

    def take(self, now: float) -> F:
        """Serve the head."""
        job = self.head()
        self.discard(job)
        self._turns.serve(job, now)
        return job

    def _turn_of(self, name: tuple[str, str]) -> Turn | None:
        room = self._rooms.get(name)
        return self._turns.of(room.head()) if room else None


class Lines(_Soonest[K], Generic[K, F]):
    """Everybody who waits, in one line for each key. Never holds an empty line."""

    def __init__(self, turns: Turns, key: Callable[[F], K]) -> None:
        super().__init__()
        self._turns, self._key = turns, key
        self._lines: dict[K, Line[K, F]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Line[K, F]]:
        return iter(self._lines.values())

    def __contains__(self, line: object) -> bool:
        return isinstance(line, Line) and self._lines.get(line.key) is line

    def add(self, job: F) -> None:
        """Of all here, ``job`` came last."""
        self._turns.came(job)
        key = self._key(job)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(self._turns, key)
        turn = self._turns.of(job)
        line.add(job, turn)
        self._came(key, turn)

    def discard(self, job: F) -> None:
        """Take ``job`` out; its turn is not used up."""
        self._turns.left(job)
        line = self._lines[self._key(job)]
        line.discard(job)
        self._close_if_empty(line)

    def first(self) -> Line[K, F]:
        """The one line whose head is next in turn. There must be one."""
        return self._lines[self._soonest()]

    def take(self, line: Line[K, F], jobs: int, now: float) -> tuple[F, ...]:
        """Serve at most ``jobs`` of ``line``, the head for sure."""
        taken = [line.take(now)]
        people = {taken[0].user}
        while line and len(taken) < jobs and self._rides_along(line, people):
            taken.append(line.take(now))
            people.add(taken[-1].user)
        self._close_if_empty(line)
        return tuple(taken)

    def _rides_along(self, line: Line[K, F], people: Collection[str]) -> bool:
        """Whether the head of ``line`` joins a batch of these ``people``. The more do, the longer others wait for it.

        So nobody's second job does while it is the turn of another line, and none of a flood while others wait there.
        """
        user = line.head().user
        if self._turns.flooded_by(user):
            return self._turns.others(user) == line.others(user)
        return user not in people or self.first() is line

    def _close_if_empty(self, line: Line[K, F]) -> None:
        if not line:
            del self._lines[line.key]

    def _turn_of(self, name: K) -> Turn | None:
        line = self._lines.get(name)
        return line.turn() if line else None


def _place(job: Fair) -> tuple[str, str]:
    """The room of a job: its chat, or its person's own."""
    return job.chat, "" if job.chat else job.user
