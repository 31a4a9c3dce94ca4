"""Who may call: a token beyond this machine, and no stranger's web page without one."""

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from inference.errors import NotAuthorised
from inference.http.wire import CLIENT


def require_safe(listen: str, token: str | None, setting: str = "ATELIER_INFERENCE_TOKEN") -> None:
    """Refuse to listen beyond loopback without a token. ``listen`` is "host:port" or "[v6]:port".

    Raises:
        ValueError: the sentence names the setting that is missing.
    """
    host = listen.rpartition(":")[0]
    if not token and not is_loopback(host):
        raise ValueError(f"{setting} must be set to listen beyond this machine ({listen}).")


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def authorise(request: web.Request, token: str | None) -> None:
    """Check the bearer token in constant time; without one, that the call comes from this machine's own programs.

    A page of a foreign website can make its visitor's browser call a loopback address, by name (DNS rebinding) or
    across origins. Such calls name the stranger as Host or Origin.

    Raises:
        NotAuthorised: anything else.
    """
    if token:
        _, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition("Bearer ")
        if not compare_digest(given.encode(errors="surrogateescape"), token.encode()):
            raise NotAuthorised("This needs the service's token: Authorization: Bearer …")
        return
    named = [f"//{request.host}", request.headers.get(hdrs.ORIGIN, "//localhost")]
    if not all(is_loopback(_host(url)) for url in named):
        raise NotAuthorised("Without a token, only programs on this machine are served.")


def require_program(request: web.Request, token: str | None) -> None:
    """Where there is no token, let nobody change the styles who cannot name a header: no page of another origin can.

    A form cannot, and a script's browser would ask us first whether it may (CORS), to which we do not listen.

    Raises:
        NotAuthorised: the header is not there.
    """
    if not token and not request.headers.get(CLIENT):
        raise NotAuthorised(f"Without a token, this needs the header {CLIENT}: it may hold any name.")


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
