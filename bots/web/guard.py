"""Who may come in: the right host, the right origin, a session of one's own, and the token where one is set.

A browser carries a person's cookies to us whatever site sent it there, and a hostile name can be made to resolve to
127.0.0.1; so the Host header must be one of ours, and whoever posts or opens a socket must come from our own page.
"""

import hashlib
import re
import secrets
from collections.abc import Collection

from aiohttp import web
from yarl import URL

from bots.web.secret import Secret

SESSION, PASS = "atelier_session", "atelier_pass"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104  what a server that listens everywhere is told to listen on
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_MONTH_S = 30 * 24 * 3600


class Guard:
    """``hosts`` are the names, beside loopback's, by which people reach us.

    Listening everywhere ("0.0.0.0") any name will do, but only with a token: a rebound name has none of our cookies.
    """

    def __init__(self, token: str | None, hosts: Collection[str]) -> None:
        self._secret = Secret(token)
        self._hosts = frozenset(host.lower().strip("[]") for host in hosts)

    def check_host(self, request: web.Request) -> None:
        """Raise 403 unless the request was made to a name of ours."""
        if self._secret.is_set and self._hosts & _ANYWHERE:
            return
        if _host_of(f"http://{request.host}") not in _LOOPBACK | self._hosts:
            raise web.HTTPForbidden(text="This address is not one of ours.\n")

    def check_origin(self, request: web.Request) -> None:
        """Raise 403 unless the request comes from our own page, at this very host and port."""
        self.check_host(request)
        origin = request.headers.get("Origin", "")
        if origin not in (f"http://{request.host}", f"https://{request.host}"):
            raise web.HTTPForbidden(text="Only the chat's own page may ask for this.\n")

    def person(self, request: web.Request) -> str:
        """The person's id. Raises 401 without a session or, where a token is set, without its pass.

        The id is a digest: what is recorded, logged and sent on must not open anybody's chat.
        """
        session = request.cookies.get(SESSION, "")
        if not _SECRET.fullmatch(session) or not self._has_pass(request, session):
            raise web.HTTPUnauthorized(text="Open the chat's page first.\n")
        return hashlib.sha256(session.encode()).hexdigest()[:32]

    def admit(self, request: web.Request, token: str | None) -> web.Response:
        """Give the browser a session and, for the right token, its pass. Raises 401, or 429 after too many guesses."""
        session = request.cookies.get(SESSION, "")
        if not _SECRET.fullmatch(session):
            session = secrets.token_urlsafe(32)
        if not self._has_pass(request, session):
            self._secret.check(token)
        response = web.Response(status=204)
        for name, value in {SESSION: session, PASS: self._secret.sign(_pass(session))}.items():
            response.set_cookie(
                name, value, max_age=_MONTH_S, path="/chat", httponly=True, samesite="Strict", secure=_is_https(request)
            )
        return response

    def _has_pass(self, request: web.Request, session: str) -> bool:
        return not self._secret.is_set or self._secret.signed(request.cookies.get(PASS, ""), _pass(session))


def _pass(session: str) -> str:
    return f"web pass {session}"


def _host_of(url: str) -> str | None:
    try:
        return URL(url).host
    except ValueError:
        return None


def _is_https(request: web.Request) -> bool:
    """Whether the browser came by HTTPS; the page's own Origin says so even behind a proxy that ends TLS."""
    return request.headers.get("Origin", "").startswith("https://")
