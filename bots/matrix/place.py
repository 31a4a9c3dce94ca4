"""Where an answer goes, and how an event says so."""

from dataclasses import dataclass
from typing import Any

from bots.message import Address


@dataclass(frozen=True, slots=True)
class Place:
    """A room; the event that is answered, the thread it stands in, and who said it. ``private``: two people's room."""

    room: str
    event: str = ""
    thread: str = ""
    person: str = ""
    private: bool = False

    @classmethod
    def of(cls, address: Address) -> "Place":
        said = {name: address.get(name) or "" for name in ("room", "event", "thread", "person")}
        return cls(**{name: str(value) for name, value in said.items()}, private=bool(address.get("private")))

    @property
    def address(self) -> Address:
        return {
            "room": self.room,
            "event": self.event,
            "thread": self.thread,
            "person": self.person,
            "private": self.private,
        }

    @property
    def home(self) -> "Place":
        """The same room, in answer to nothing."""
        return Place(self.room, private=self.private)

    @property
    def relation(self) -> dict[str, Any]:
        """What an event's content says to stand there."""
        if self.thread:
            answers = {"m.in_reply_to": {"event_id": self.event or self.thread}}
            thread = {"rel_type": "m.thread", "event_id": self.thread, "is_falling_back": not self.event}
            return {"m.relates_to": thread | answers}
        return {"m.relates_to": {"m.in_reply_to": {"event_id": self.event}}} if self.event else {}
