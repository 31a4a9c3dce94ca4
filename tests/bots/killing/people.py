"""People on the square: what they say at first, and which buttons they press under what they see."""

import random
from pathlib import Path
from typing import Any

from tests.bots.console import BROKEN, append, read_journal
from tests.bots.killing.square import photo

NEWS = "Atelier has news"
GROUP = "group"
PEOPLE = ("1", "2", "3", "4", "5")
_FIRST = 14  # requests before anybody presses anything
_MOST = 30
_DEEPEST = 2  # presses under answers to presses

Update = dict[str, Any]
Line = dict[str, Any]


class People:
    """All that they say is decided by the ``seed`` and by what they see."""

    def __init__(self, folder: Path, seed: str) -> None:
        self._folder, self._seed = folder, seed
        self._said: dict[str, Update] = {}
        self._seen = 0

    def begin(self) -> None:
        """Every kind of request at least once, the rest by chance, in an order by chance."""
        chance = random.Random(self._seed)
        kinds = ["photo", "album", "try", "theme", "member", "settings", "announce", "cancel", "own"]
        others = ("photo", "album", "group", "theme", "member", "bare", "broken", "help", "queue")
        kinds += chance.choices(others, k=_FIRST - len(kinds))
        chance.shuffle(kinds)
        for number, kind in enumerate(kinds):
            self._begin(f"m{number}", kind, chance)

    def look(self) -> bool:
        """See what is new, and press. Whether anybody did."""
        lines = read_journal(self._folder / "journal")
        before = len(self._said)
        for line in lines[self._seen :]:
            if line["buttons"] and line["re"] in self._said:
                self._press(line)
        self._seen = len(lines)
        return len(self._said) > before

    def _begin(self, id_: str, kind: str, chance: random.Random) -> None:
        person = chance.choice(PEOPLE)
        style, percent = chance.choice(("ukiyoe", "anime", "starry-night")), chance.choice(("", " 70%", " keep"))
        text, photos = f"/style {style}{percent}", [photo(self._folder, id_)]
        match kind:
            case "photo":
                self._say(id_, person, person, text, photos)
            case "album":
                self._say(id_, person, person, text, [photo(self._folder, f"{id_}.{n}") for n in range(3)])
            case "group":
                self._say(id_, GROUP, person, text, photos)
            case "try":
                self._say(id_, person, person, "/try", photos)
            case "theme":
                self._say(id_, person, person, f"/theme {chance.choice(('misty sea', 'red dawn'))}")
            case "own":
                self._say(id_, person, person, f"/avatar {style}")
            case "member":
                other = PEOPLE[PEOPLE.index(person) - 1]
                self._say(id_, GROUP, person, f"/avatar {style}", mentioned=(other,))
            case "bare":
                self._say(id_, person, person, "", photos)
            case "broken":
                path = self._folder / "broken"
                path.write_bytes(BROKEN)
                self._say(id_, person, person, text, [*photos, str(path)])
            case "announce":
                self._say(id_, "1", "1", f"/announce {NEWS}")
            case "settings":
                self._say(id_, "1", "1", "/settings")
            case _:
                self._say(id_, person, person, f"/{kind}")

    def _press(self, line: Line) -> None:
        """One button, or none, under what a person sees."""
        about, chance = self._said[line["re"]], random.Random(f"{self._seed} {line['re']} {line['does']}")
        if about["depth"] >= _DEEPEST or len(self._said) >= _MOST or chance.random() < 0.2:
            return
        command = chance.choice(line["buttons"])
        if command.startswith("/announce"):
            command = line["buttons"][0]  # sent rather than dropped
        if command.startswith("/forgetme"):
            return
        person = about["mentioned"][0] if command.startswith("/consent") else about["person"]
        id_, about_photos = f"{line['re']}p{line['sent'][1:]}", about["pictures"] or about["replied"]
        depth = about["depth"] + 1
        self._say(id_, line["chat"], person, command, replied=about_photos, pressed=line["sent"], depth=depth)

    def _say(
        self,
        id_: str,
        chat: str,
        person: str,
        text: str,
        pictures: list[str] | None = None,
        *,
        replied: list[str] | None = None,
        mentioned: tuple[str, ...] = (),
        pressed: str = "",
        depth: int = 0,
    ) -> None:
        if id_ in self._said:
            return
        who: Update = {"id": id_, "chat": chat, "person": person, "text": text, "depth": depth}
        what = {"pictures": pictures or [], "replied": replied or [], "mentioned": mentioned, "pressed": pressed}
        self._said[id_] = who | what
        append(self._folder / "updates", who | what)
