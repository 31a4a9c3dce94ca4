"""The load: a process of its own that sends a plan over HTTP and writes down what came back, and when.

    python -m deploy.bench.load PLAN ANSWERS

PLAN is a JSON file (see ``Sending``), ANSWERS becomes one: a list of ``Answer``s. Nothing is sent twice: whoever is
refused stays refused, so that every engine gets the same.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Self

import aiohttp

from deploy.bench.traces import Ask

JPEG = b"\xff\xd8\xff"
BOUNDARY = "a-line-that-is-in-no-picture"


class Request(NamedTuple):
    """What one engine is sent for one job."""

    path: str
    headers: Mapping[str, str]
    body: bytes


Dialect = Callable[[Ask, bytes], Request]


def form(path: str, texts: Mapping[str, str], picture: bytes) -> Request:
    """A multipart form with the picture as its file ``image``."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in texts.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="photo.jpg"\r\n'
    picture_part = head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + picture
    body = b"".join([*parts, picture_part, f"\r\n--{BOUNDARY}--\r\n".encode()])
    return Request(path, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}, body)


def _atelier(ask: Ask, picture: bytes) -> Request:
    return form("/v1/stylize", {"style": ask.style, "user": ask.user, "faces": "false"}, picture)


def _form(ask: Ask, picture: bytes) -> Request:
    return form("/predict", {"style": ask.style}, picture)


def _query(ask: Ask, picture: bytes) -> Request:
    headers = {"Content-Type": "image/jpeg", "serve_multiplexed_model_id": ask.style}
    return Request(f"/stylize?style={ask.style}", headers, picture)


def _line(ask: Ask, picture: bytes) -> Request:
    return Request("/inference", {"Content-Type": "application/octet-stream"}, f"{ask.style}\n".encode() + picture)


DIALECTS: Mapping[str, Dialect] = {"atelier": _atelier, "form": _form, "query": _query, "line": _line}
"""How engines want a job: as our service; as a form; the style in the query; the style in the body's first line."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What to send where: for ``seconds``, or as long as there are asks.

    ``photos`` is a folder. While ``outstanding`` wait, the clock stands still; None: it never does. From
    ``patience_s`` after the last ask nothing is awaited any more.
    """

    url: str
    dialect: str
    photos: str
    asks: Sequence[Ask]
    outstanding: int | None
    seconds: float
    patience_s: float = 60.0

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Self:
        values = json.loads(path.read_text())
        return cls(**{**values, "asks": [Ask(**ask) for ask in values["asks"]]})


@dataclass(slots=True)
class Answer:
    """What became of one ask. Times are of the monotonic clock; ``due_s`` is when the person wanted to send.

    ``status`` is HTTP's, or 0 where none came; ``styled`` says that a picture did. ``batch`` is with how many it ran,
    where the engine says so.
    """

    user: str
    photo: str
    due_s: float
    done_s: float = 0.0
    status: int = 0
    styled: bool = False
    batch: int = 0


async def send(sending: Sending) -> tuple[list[Answer], float]:
    """Send everything at its time, and wait for the answers. The second is when it began, on the monotonic clock."""
    dialect, photos = DIALECTS[sending.dialect], _photos(sending)
    room = asyncio.Semaphore(sending.outstanding or len(sending.asks) + 1)
    answers: list[Answer] = []
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=1e6)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=sending.patience_s)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        began_s = time.monotonic()
        tasks = set()
        for ask in sending.asks:
            await asyncio.sleep(began_s + ask.at_s - time.monotonic())
            await room.acquire()
            due_s = time.monotonic() if sending.outstanding else began_s + ask.at_s
            if due_s > began_s + sending.seconds:
                break
            answers.append(answer := Answer(ask.user, ask.photo, due_s))
            request = dialect(ask, photos[ask.photo])
            tasks.add(asyncio.create_task(_send(session, sending.url, request, answer, room)))
        await asyncio.wait(tasks, timeout=sending.patience_s)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return answers, began_s


async def _send(
    session: aiohttp.ClientSession, url: str, request: Request, answer: Answer, room: asyncio.Semaphore
) -> None:
    try:
        async with session.post(url + request.path, data=request.body, headers=request.headers) as reply:
            body = await reply.read()
        answer.status, answer.styled = reply.status, reply.status == 200 and body.startswith(JPEG)
        answer.batch = int(reply.headers.get("Atelier-Batch-Size", 0))
    except aiohttp.ClientError:
        answer.status = 0
    finally:
        answer.done_s = time.monotonic()
        room.release()


def _photos(sending: Sending) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(sending.photos).iterdir()}


def main(plan: str, answers: str) -> None:
    sending = Sending.read(Path(plan))
    gc.disable()  # a pause here would look like one of the engine
    before_s = time.process_time()
    came, began_s = asyncio.run(send(sending))
    cpu_s = time.process_time() - before_s
    told = {"answers": [asdict(answer) for answer in came], "began_s": began_s, "cpu_s": cpu_s}
    Path(answers).write_text(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
