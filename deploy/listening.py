"""Where the program listens: the address is taken when it starts, and listened to when it is ready."""

import errno
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import web

from deploy.garbage import spare_what_stays
from deploy.settings import SettingsError, split_address

ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


@dataclass(frozen=True, slots=True)
class Places:
    """An address that is ours, as sockets that are bound and not listened to: a name may stand for several."""

    address: str
    sockets: tuple[socket.socket, ...]


@contextmanager
def reserved(address: str) -> Iterator[Places]:
    """Take "host:port" now, so that one that is taken is said before the warm-up. Raises SettingsError."""
    with ExitStack() as held:
        with _refused(address):
            places = Places(address, tuple(held.enter_context(place) for place in _bound(address)))
        yield places


@asynccontextmanager
async def listening(app: web.Application, places: Places) -> AsyncIterator[None]:
    """Serve, everything being loaded, until it is left. Raises SettingsError where another program was faster."""
    spare_what_stays()
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)  # closing the connection cancels its job
    await runner.setup()
    try:
        with _refused(places.address):
            for place in places.sockets:
                await web.SockSite(runner, place).start()
        yield
    finally:
        await runner.cleanup()


def _bound(address: str) -> Iterator[socket.socket]:
    """A socket for each meaning of the name; where this machine lacks IPv6, “localhost” has one less."""
    host, port = split_address(address)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    missing: OSError | None = None
    count = 0
    for family, where in dict.fromkeys((one[0], one[4]) for one in found):
        try:
            place = _bind(family, where)
        except OSError as error:
            if error.errno not in ABSENT:
                raise
            missing = error
        else:
            count += 1
            yield place
    if missing and not count:
        raise missing


def _bind(family: int, where: tuple[str | int, ...] | tuple[int, bytes]) -> socket.socket:
    place = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two programs have one address
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        if family == socket.AF_INET6:
            place.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, True)
        place.bind(where)
    except OSError:
        place.close()
        raise
    return place


@contextmanager
def _refused(address: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror  # a name's is negative
        raise SettingsError(f"ATELIER_LISTEN: cannot listen on {address}: {reason}.") from None
