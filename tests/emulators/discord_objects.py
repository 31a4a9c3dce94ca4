"""What Discord's objects look like: the parts that its description requires and that the library reads."""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

JSON = dict[str, Any]

EVERYBODY, MANAGE_GUILD = 0x18C40, 0x20
"""Permissions: to see, write, attach, react and read back; to manage the server."""
ADMINS = 17
"""The role of those who manage the server."""
SHOWN_BY_COMPONENTS = 1 << 15
"""The flag of a message that is nothing but components."""
EPOCH_MS = 1_420_070_400_000
_counter = itertools.count(1)


def snowflake(at_s: float | None = None) -> int:
    """An id: milliseconds since 2015, then a counter; so later things have larger ids."""
    milliseconds = int((time.time() if at_s is None else at_s) * 1000) - EPOCH_MS
    return (milliseconds << 22) | (next(_counter) & 0xFFF)


def now() -> str:
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True)
class User:
    """Somebody. ``avatar`` is the hash of a picture on the CDN; an ``admin`` may manage the server."""

    name: str = "ada"
    id: int = field(default_factory=snowflake)
    avatar: str | None = None
    locale: str = "en-US"
    bot: bool = False
    admin: bool = False

    @property
    def json(self) -> JSON:
        return {
            "id": str(self.id), "username": self.name, "discriminator": "0", "avatar": self.avatar, "bot": self.bot,
            "global_name": self.name.title(), "public_flags": 0, "flags": 0, "primary_guild": None,
        }  # fmt: skip

    @property
    def member(self) -> JSON:
        return {
            "user": self.json, "nick": None, "avatar": None, "banner": None,
            "roles": [str(ADMINS)] if self.admin else [], "joined_at": now(),
            "premium_since": None, "communication_disabled_until": None, "deaf": False, "mute": False, "flags": 0,
            "pending": False, "permissions": str(EVERYBODY | (MANAGE_GUILD if self.admin else 0)),
        }  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """A file on the CDN."""

    data: bytes
    filename: str
    media_type: str
    url: str
    id: int = field(default_factory=snowflake)

    @property
    def json(self) -> JSON:
        return {
            "id": str(self.id), "filename": self.filename, "size": len(self.data), "url": self.url,
            "proxy_url": self.url, "content_type": self.media_type, "width": 64, "height": 64, "ephemeral": False,
        }  # fmt: skip


@dataclass
class Sent:
    """A message in a channel, as people see it. ``edits`` counts how often it was changed.

    A ``layout`` is made of components alone; what they say is ``content`` here, too.
    """

    channel: int
    author: User
    content: str = ""
    files: list[Stored] = field(default_factory=list)
    components: list[JSON] = field(default_factory=list)
    reply_to: int | None = None
    nonce: str | None = None
    ephemeral: bool = False
    loading: bool = False
    deleted: bool = False
    edits: int = 0
    mentions: list[User] = field(default_factory=list)
    layout: bool = False
    stickers: tuple[tuple[int, int], ...] = ()
    replied: "Sent | None" = None
    pinged: JSON | None = None
    history: list[str] = field(default_factory=list)
    id: int = field(default_factory=snowflake)

    @property
    def pictures(self) -> list[bytes]:
        """Those that it brings, without what they were made of."""
        return [file.data for file in self.files if not file.filename.startswith("before-")]

    @property
    def before(self) -> list[bytes]:
        """What its pictures were made of."""
        return [file.data for file in self.files if file.filename.startswith("before-")]

    @property
    def parts(self) -> list[JSON]:
        """Its buttons and menus."""
        return [part for row in self.components for part in row.get("components", ())]

    @property
    def commands(self) -> list[str]:
        """What its buttons and menus say when they are pressed."""
        return [value for part in self.parts for value in _says(part)]

    @property
    def json(self) -> JSON:
        message: JSON = {
            "id": str(self.id), "channel_id": str(self.channel), "author": self.author.json,
            "content": "" if self.layout else self.content,
            "timestamp": now(), "edited_timestamp": now() if self.edits else None, "tts": False, "pinned": False,
            "mention_everyone": False, "mentions": [user.json for user in self.mentions], "mention_roles": [],
            "attachments": [file.json for file in self.files], "embeds": [], "type": 19 if self.reply_to else 0,
            "flags": (64 if self.ephemeral else 0) | (128 if self.loading else 0)
            | (SHOWN_BY_COMPONENTS if self.layout else 0),
            "components": _numbered(self.components, self.files),
        }  # fmt: skip
        if self.stickers:
            message["sticker_items"] = [
                {"id": str(number), "name": "hello", "format_type": kind} for number, kind in self.stickers
            ]
        if self.reply_to:
            message["message_reference"] = {
                "type": 0,
                "channel_id": str(self.channel),
                "message_id": str(self.reply_to),
            }
            message["referenced_message"] = self.replied.json if self.replied else None
        return message


def _says(part: JSON) -> list[str]:
    return [option["value"] for option in part["options"]] if part["type"] == 3 else [part["custom_id"]]


def _numbered(components: list[JSON], files: list[Stored]) -> list[JSON]:
    """Discord gives every component an id in its answers, and says where the files of galleries are."""
    numbers = itertools.count(1)
    told = []
    for component in components:
        inner: JSON = {}
        if "components" in component:
            inner["components"] = [{**part, "id": next(numbers)} for part in component["components"]]
        if "items" in component:
            inner["items"] = [_shown(item, files) for item in component["items"]]
        told.append({**component, **inner, "id": next(numbers)})
    return told


def _shown(item: JSON, files: list[Stored]) -> JSON:
    name = item["media"]["url"].removeprefix("attachment://")
    file = next(file for file in files if file.filename == name)
    media = {"id": str(file.id), "url": file.url, "proxy_url": file.url, "content_type": file.media_type,
             "attachment_id": str(file.id), "width": 64, "height": 64}  # fmt: skip
    return {"media": media, "description": item.get("description"), "spoiler": False}


def application(bot: User) -> JSON:
    return {
        "id": str(bot.id), "name": "Atelier", "icon": None, "description": "", "type": None, "bot_public": True,
        "bot_require_code_grant": False, "verify_key": "00" * 32, "flags": 0, "flags_new": "0", "redirect_uris": [],
        "interactions_endpoint_url": None, "role_connections_verification_url": None, "owner": User("owner").json,
        "approximate_guild_count": 1, "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0, "team": None, "eligible_oauth2_scopes": [],
    }  # fmt: skip


def guild(guild_id: int, channel_id: int, bot: User, icon: str | None) -> JSON:
    return {
        "id": str(guild_id), "name": "Studio", "icon": icon, "owner_id": str(bot.id), "member_count": 2, "large": False,
        "channels": [{"id": str(channel_id), "type": 0, "name": "general", "position": 0, "permission_overwrites": []}],
        "roles": [_role(guild_id, EVERYBODY), _role(ADMINS, MANAGE_GUILD)],
        "emojis": [], "stickers": [], "members": [bot.member], "threads": [], "presences": [],
        "voice_states": [], "stage_instances": [], "guild_scheduled_events": [], "features": [], "premium_tier": 0,
        "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "nsfw_level": 0,
        "mfa_level": 0, "preferred_locale": "en-US", "system_channel_flags": 0, "unavailable": False,
        "joined_at": now(),
    }  # fmt: skip


def _role(number: int, permissions: int) -> JSON:
    return {
        "id": str(number), "name": str(number), "color": 0, "hoist": False, "position": 0, "managed": False,
        "mentionable": False, "permissions": str(permissions), "flags": 0,
    }  # fmt: skip
