"""What outlives the program: who we are logged in as, and how far we have heard. Only the operator can read it."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OWNER_ALONE, FOLDER_OWNER_ALONE = 0o600, 0o700


@dataclass(frozen=True, slots=True)
class Login:
    """One device of one account. The same device sees the same answer key again as the same answer."""

    homeserver: str
    user: str
    device: str
    token: str = field(repr=False)


class Account:
    """Files in ``folder``: the login, the place in the stream of events, and beside them the keys of the device."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._login, self._heard = folder / "login.json", folder / "heard.json"

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(FOLDER_OWNER_ALONE)

    def login(self, homeserver: str, user: str) -> Login | None:
        """The login of an earlier start, if it was this user ("@bot:server", or "bot") there."""
        try:
            known = Login(**_read(self._login))
        except TypeError:
            return None
        localpart = known.user.removeprefix("@").partition(":")[0]
        return (
            known if known.homeserver == homeserver and user.removeprefix("@") in (known.user[1:], localpart) else None
        )

    def keep_login(self, login: Login) -> None:
        _write(self._login, asdict(login))

    def heard(self, login: Login) -> str:
        """The point up to which this device has heard everything; "" if it never listened."""
        known = _read(self._heard)
        same = (known.get("user"), known.get("device")) == (login.user, login.device)
        return str(known.get("until", "")) if same else ""

    def keep_heard(self, login: Login, until: str) -> None:
        _write(self._heard, {"user": login.user, "device": login.device, "until": until})


def _read(path: Path) -> dict[str, Any]:
    """What a file says; nothing if it is not there or is none of ours."""
    try:
        said = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _write(path: Path, said: dict[str, Any]) -> None:
    """Whole or not at all, also when the program is killed."""
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ALONE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(said, file)
    fresh.replace(path)
