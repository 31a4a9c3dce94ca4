"""What the emulated Slack is made of: members, messages, and the envelopes in which its app hears of them."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

BOT, CHANNEL, PRIVATE = "UBOT", "C0STUDIO", "D0ADA"
Json = dict[str, Any]


class Refusal(Exception):
    """The error that Slack answers with."""


@dataclass
class Member:
    name: str
    avatar: bytes = b""
    admin: bool = False
    locale: str = "en-US"

    def json(self, user: str, url: str) -> Json:
        profile = {"display_name": self.name.title(), "real_name": self.name, "image_512": f"{url}/avatars/{user}"}
        known = {"id": user, "name": self.name, "locale": self.locale, "is_bot": False, "is_admin": self.admin}
        return known | {"is_owner": False, "profile": profile | {"is_custom_image": bool(self.avatar)}}


@dataclass
class Posted:
    """A message as it stands in a channel; ``only`` names who alone sees it."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    files: tuple[str, ...] = ()
    thread: str = ""
    only: str = ""

    @property
    def commands(self) -> tuple[str, ...]:
        """What its buttons say."""
        rows = [block["elements"] for block in self.blocks if block["type"] == "actions"]
        return tuple(button["value"] for row in rows for button in row)

    def json(self, file: Callable[[str], Json]) -> Json:
        event: Json = {"user": self.user, "text": self.text, "ts": self.ts, "channel": self.channel, "team": "T1"}
        if self.files:
            event |= {"subtype": "file_share", "files": [file(name) for name in self.files]}
        if self.thread:
            event["thread_ts"] = self.thread
        if self.user == BOT:
            event["bot_id"] = "B1"
        return event


def envelope(kind: str, payload: Json) -> Json:
    told: Json = {"envelope_id": secrets.token_hex(12), "type": kind, "payload": payload}
    told["accepts_response_payload"] = kind != "events_api"
    return told | ({"retry_attempt": 0, "retry_reason": ""} if kind == "events_api" else {})


def slash(command: str, text: str, user: str, channel: str) -> Json:
    return {
        "command": command, "text": text, "user_id": user, "user_name": "ada", "channel_id": channel,
        "channel_name": "studio", "team_id": "T1", "team_domain": "studio", "api_app_id": "A1",
        "trigger_id": f"13345224609.{secrets.token_hex(6)}", "response_url": "", "is_enterprise_install": "false",
    }  # fmt: skip
