"""A token that people may be asked for, and the passes of those who knew it."""

import hashlib
import hmac
import time

from aiohttp import web

_GUESSES_A_MINUTE = 20


class Secret:
    """``token`` is None, or empty, where nobody is asked for any."""

    def __init__(self, token: str | None) -> None:
        self._token = token or ""
        self._wrong_guesses: list[float] = []

    @property
    def is_set(self) -> bool:
        return bool(self._token)

    def check(self, given: str | None) -> None:
        """Raise 401 unless it is the token, and 429 after too many wrong guesses."""
        now = time.monotonic()
        self._wrong_guesses = [at for at in self._wrong_guesses if now - at < 60]
        if len(self._wrong_guesses) >= _GUESSES_A_MINUTE:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "60"}, text="Too many wrong guesses.\n")
        if self._token and given is not None and _same(given, self._token):
            return
        if given is not None:
            self._wrong_guesses.append(now)
        raise web.HTTPUnauthorized(text="The token is missing or wrong.\n")

    def sign(self, words: str) -> str:
        """Proof that whoever bears these words knew the token; it ends with the token and does not hold it."""
        return hmac.new(self._token.encode(), words.encode(), hashlib.sha256).hexdigest()

    def signed(self, given: str, words: str) -> bool:
        """Whether that is our proof of these words."""
        return _same(given, self.sign(words))


def _same(given: str, right: str) -> bool:
    """Compare in constant time. What is given may hold anything, half surrogate pairs included."""
    return hmac.compare_digest(given.encode(errors="replace"), right.encode(errors="replace"))
