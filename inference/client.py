"""The service behind HTTP: ``RemoteService`` is the same seam as the embedded one, with the same errors."""

import io
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from inference.creation import Creation
from inference.errors import Failed, NotReady
from inference.http import wire
from inference.job import Job, Options, Progress, Result
from inference.service import StyleInfo

log = logging.getLogger(__name__)

CONNECT_S = 10.0
SILENCE_S = 4 * wire.ALIVE_EVERY_S
"""A living service says something at least every 15 s, however long a job waits."""
MAKING = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=300.0)
"""What is made of many pictures takes its turn on the device, and nothing is said meanwhile."""
RESULT_BYTES = 200_000_000
"""More than any result of ours: who announces more is not our service."""


class RemoteService:
    """Implements ``inference.service.Service`` against an ``atelier serve`` at ``url``; an async context manager.

    A service that cannot be reached, or whose connection breaks, is NotReady. The token shows in no error or repr.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url, self._token = url.rstrip("/"), token
        self._session: aiohttp.ClientSession | None = None

    def __repr__(self) -> str:
        return f"RemoteService({self._url!r})"

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={wire.CLIENT: "atelier"} | ({"Authorization": f"Bearer {self._token}"} if self._token else {}),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=SILENCE_S),
            connector=aiohttp.TCPConnector(limit=0),  # every waiting job holds one; the service's queue is the bound
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        async with self._call("POST", "/v1/stylize", data=_form(job), headers={"Accept": wire.STREAM}) as answer:
            while True:
                values = await _next_line(answer)
                match values["event"]:
                    case "done":
                        return wire.to_result(values, await _picture(answer, int(values["bytes"])))
                    case "error":
                        raise wire.to_error(values)
                    case _ if progress:
                        progress(wire.to_event(values))

    async def styles(self) -> tuple[StyleInfo, ...]:
        async with self._call("GET", "/v1/styles") as answer:
            return tuple(wire.to_style(values) for values in (await answer.json())["styles"])

    async def preview(self, style: str) -> bytes:
        async with self._call("GET", f"/v1/styles/{quote(style, safe='')}/preview") as answer:
            return await answer.read()

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        named = {"styles": ",".join(styles)} if styles else {}
        async with self._call("GET", "/v1/sheet", params=named) as answer:
            return await answer.read()

    async def draft(self, pictures: Sequence[bytes]) -> bytes:
        async with self._call("POST", "/v1/drafts", data=_pictures(pictures), timeout=MAKING) as answer:
            return await answer.read()

    async def create(self, creation: Creation) -> StyleInfo:
        form = _pictures(creation.pictures)
        form.add_field("creation", json.dumps(wire.from_creation(creation)), content_type="application/json")
        async with self._call("POST", "/v1/styles", data=form, timeout=MAKING) as answer:
            return wire.to_style(await answer.json())

    async def withdraw(self, style: str) -> None:
        async with self._call("DELETE", f"/v1/styles/{quote(style, safe='')}"):
            return

    async def trains(self) -> bool:
        try:
            async with self._call("GET", "/v1/candidates") as answer:
                return bool((await answer.json())["trains"])
        except Failed:  # a service that is older than this question
            return False

    async def candidates(self) -> tuple[str, ...]:
        async with self._call("GET", "/v1/candidates") as answer:
            return tuple(map(str, (await answer.json())["styles"]))

    async def compared(self, style: str) -> bytes:
        async with self._call("GET", f"/v1/candidates/{quote(style, safe='')}") as answer:
            return await answer.read()

    async def choose(self, style: str, *, new: bool) -> None:
        choice = {"choice": "new" if new else "old"}
        async with self._call("POST", f"/v1/candidates/{quote(style, safe='')}", params=choice):
            return

    @asynccontextmanager
    async def _call(self, method: str, path: str, **more: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request. Leaving it early closes the connection, which cancels the job over there."""
        if self._session is None:
            raise NotReady("The service is not connected.")
        try:
            async with self._session.request(method, self._url + path, allow_redirects=False, **more) as answer:
                if answer.status != 200:
                    raise await _error(answer)
                yield answer
        except (aiohttp.ClientError, TimeoutError, EOFError) as error:
            log.warning("the service at %s: %s", self._url, type(error).__name__)
            raise NotReady("The service cannot be reached.") from None  # aiohttp's errors may hold our headers
        except (ValueError, KeyError, TypeError) as error:
            log.warning("the service at %s answers what we do not understand: %s", self._url, type(error).__name__)
            raise Failed from None


def _pictures(pictures: Sequence[bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for picture in pictures:
        form.add_field("picture", io.BytesIO(picture), filename="picture", content_type="application/octet-stream")
    return form


def _form(job: Job) -> aiohttp.FormData:
    """A service that is older than ``words`` would not know the field, and need not."""
    form = aiohttp.FormData(default_to_multipart=True)
    photo = [] if job.words and not job.picture else [("image", job.picture)]
    for name, picture in (*photo, *(("reference", each.picture) for each in job.references)):
        form.add_field(name, io.BytesIO(picture), filename="picture", content_type="application/octet-stream")
    weights = ",".join(str(each.weight) for each in job.references)
    texts = {
        "weights": weights or None,
        "style": job.style,
        "words": job.words or None,
        "seed": job.seed if job.words else None,
        "user": job.user,
        "chat": job.chat,
        "deadline_s": job.deadline_s,
    }
    texts |= {one.name: getattr(job.options, one.name) for one in fields(Options)}
    for name, value in texts.items():
        if value is not None:
            form.add_field(name, str(value))
    return form


async def _next_line(answer: aiohttp.ClientResponse) -> Any:
    while line := await answer.content.readline():
        if line.strip():
            return json.loads(line)
    raise EOFError


async def _picture(answer: aiohttp.ClientResponse, count: int) -> bytes:
    if not 0 < count <= RESULT_BYTES:
        raise ValueError(count)
    return await answer.content.readexactly(count)


async def _error(answer: aiohttp.ClientResponse) -> Exception:
    try:
        return wire.to_error(await answer.json())
    except (aiohttp.ContentTypeError, ValueError, KeyError, TypeError):  # not our service: a proxy before it
        return NotReady("The service cannot be reached.") if answer.status >= 502 else Failed()
