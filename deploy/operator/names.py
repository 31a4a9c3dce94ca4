"""Short names for chats: always the same for the same chat, and nobody finds the chat by its name."""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

_KEY_BYTES = 32
_LETTERS = 5


class Names:
    """``key`` is secret: ids of chats are short numbers, which could be tried one after the other."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def kept(cls, path: Path) -> "Names":
        """With the key in this file, which is made where there is none. Raises OSError."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        except FileExistsError:
            pass
        return cls(path.read_bytes())

    def of(self, platform: str, chat: str) -> str:
        digest = hmac.new(self._key, f"{platform} {chat}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode()[:_LETTERS]
