"""What every page of ours keeps to: headers that shut foreign scripts and frames out, and files of one folder alone."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def headers(allowed: str, referrer: str) -> Mapping[str, str]:
    """``allowed`` adds to the Content-Security-Policy, which allows a page's own scripts and styles alone."""
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"
    return {
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; {allowed}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": referrer,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def sealed(handler: Handler, held: Mapping[str, str]) -> Handler:
    """Put headers on every answer of a handler, refusals included."""

    async def wrapped(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            refusal.headers.update(held)
            raise
        response.headers.update(held)
        return response

    return wrapped


def file(folder: Path, name: str) -> web.FileResponse:
    """A file that lies in a folder, which the browser asks about each time. Raises 404 for any other."""
    path = folder / name
    if path.parent != folder or not path.is_file():
        raise web.HTTPNotFound(text="There is no such file.\n")
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})
