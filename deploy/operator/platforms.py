"""Which platforms run, and what became of those that do not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """``state`` is "on", "off" (it was not set up) or "ended"; ``reason`` says why it ended."""

    name: str
    state: str
    reason: str = ""


class Platforms:
    """Told by whoever runs the adapters. ``known`` are all that could run, in the order to show them."""

    def __init__(self, known: Iterable[str]) -> None:
        self._platforms: dict[str, Platform] = {name: Platform(name, "off") for name in known}

    def began(self, name: str) -> None:
        self._platforms[name] = Platform(name, "on")

    def ended(self, name: str, reason: str) -> None:
        self._platforms[name] = Platform(name, "ended", reason)

    def look(self) -> Mapping[str, Platform]:
        return dict(self._platforms)
