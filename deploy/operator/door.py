"""Who may look: on this machine alone anybody, beyond it whoever knows the token."""

import time
from collections.abc import Collection

from aiohttp import web

from bots.web.guard import Guard
from bots.web.secret import Secret

PASS = "atelier_operator"  # noqa: S105  a cookie's name
_STAYS_S = 7 * 24 * 3600
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


class Door:
    """``hosts`` are the names, beside loopback's, by which we are reached; without a token they do not count."""

    def __init__(self, token: str | None, hosts: Collection[str] = ()) -> None:
        self._secret = Secret(token)
        self._guard = Guard(token or None, hosts if token else ())

    @property
    def locked(self) -> bool:
        """Whether there is a token to ask for."""
        return self._secret.is_set

    def check_host(self, request: web.Request) -> None:
        """Raise 403 unless the request was made to a name of ours and, without a token, on this very machine."""
        self._guard.check_host(request)
        if not self._secret.is_set and any(name in request.headers for name in _FORWARDED):
            raise web.HTTPForbidden(text="Behind a proxy this page needs a token.\n")

    def open_to(self, request: web.Request) -> bool:
        """Whether this browser may look. Raises 403 where the address is not ours."""
        self.check_host(request)
        return not self._secret.is_set or self._is_pass(request.cookies.get(PASS, ""))

    def enter(self, request: web.Request, token: str) -> web.Response:
        """Give the browser a pass and send it to the page. Raises 403, 401, or 429 after too many wrong guesses."""
        self._check_origin(request)
        self._secret.check(token)
        until = str(int(time.time()) + _STAYS_S)
        response = web.Response(status=303, headers={"Location": "/operator"})
        response.set_cookie(
            PASS,
            f"{until}.{self._secret.sign(_pass(until))}",
            max_age=_STAYS_S,
            path="/operator",
            httponly=True,
            samesite="Strict",
            secure=request.headers.get("Origin", "").startswith("https://"),
        )
        return response

    def leave(self, request: web.Request) -> web.Response:
        """Take the pass back."""
        self._check_origin(request)
        response = web.Response(status=303, headers={"Location": "/operator"})
        response.del_cookie(PASS, path="/operator")
        return response

    def _check_origin(self, request: web.Request) -> None:
        self.check_host(request)
        self._guard.check_origin(request)

    def _is_pass(self, given: str) -> bool:
        until, _, signature = given.partition(".")
        fresh = until.isascii() and until.isdigit() and len(until) < 12 and int(until) > time.time()
        return fresh and self._secret.signed(signature, _pass(until))


def _pass(until: str) -> str:
    return f"operator until {until}"
