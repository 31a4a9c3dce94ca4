"""The HTTP face behind the bridge that Ray's ASGI proxy speaks to: every story of the face itself, told again."""

import asyncio
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

uvicorn = pytest.importorskip("uvicorn", reason="needs the extra “ray”")

from deploy.ray.bridge import Bridge  # noqa: E402
from inference.client import RemoteService  # noqa: E402
from inference.errors import NotReady  # noqa: E402
from inference.http import application  # noqa: E402
from inference.service import Service  # noqa: E402
from tests.inference import inverting, test_client, test_http  # noqa: E402
from tests.inference.test_http import *  # noqa: E402, F403


@asynccontextmanager
async def bridged(
    service: Service, token: str | None = None, metrics: Callable[[], bytes] | None = None, **more: str
) -> AsyncIterator[str]:
    """As ``inverting.served``, behind the server that Ray uses, and the bridge."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[web.Application]:
        yield application(service, token=token, metrics=metrics)

    config = uvicorn.Config(
        Bridge(opened, guarded=token is not None),
        host="127.0.0.1",
        port=0,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        **more,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture(autouse=True)
def _behind_the_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_http, "served", bridged)


async def test_a_client_far_away_has_everything(service: inverting.InvertingService) -> None:
    async with bridged(service, test_client.TOKEN) as url, RemoteService(url, test_client.TOKEN) as remote:
        await test_client.test_cancelling_takes_the_job_out_over_there(service, remote)
        service.gate.set()
        await test_client.test_the_job_that_arrives_is_the_job_that_was_sent(service, remote)
        await test_client.test_a_result_and_its_progress_come_back_whole(remote)
        await test_client.test_a_large_picture_crosses_without_a_warning(service, remote)
        await test_client.test_styles_preview_and_sheet(remote)
        await test_client.test_many_jobs_may_wait_at_once(service, remote)


async def test_below_a_route_all_is_the_same(service: inverting.InvertingService) -> None:
    # The server puts the route before the path that it is sent, as Ray's proxy finds it there.
    async with bridged(service, root_path="/pictures") as url, RemoteService(url) as remote:
        await test_client.test_styles_preview_and_sheet(remote)


async def test_whoever_waits_when_the_face_stops_hears_not_ready(service: inverting.InvertingService) -> None:
    service.gate.clear()
    async with bridged(service) as url, RemoteService(url) as remote:
        call = asyncio.create_task(remote.stylize(test_client.JOB))
        await service.started.wait()
    with pytest.raises(NotReady):
        await call


async def test_without_a_token_other_machines_are_refused_whatever_they_call_themselves(
    service: inverting.InvertingService,
) -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[web.Application]:
        yield application(service, token=None)

    said: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/v1/styles", "headers": [(b"host", b"127.0.0.1")]}
    for client in (("192.0.2.7", 5000), None):
        await Bridge(opened, guarded=False)({**scope, "client": client}, receive, send)
    assert [message["status"] for message in said if "status" in message] == [401, 401]


async def test_an_upload_that_breaks_off_leaves_nothing_behind(service: inverting.InvertingService) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        await asyncio.sleep(30)

    async with bridged(service) as url, aiohttp.ClientSession() as session:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await session.post(f"{url}/v1/stylize", data=half(), headers=headers)
        async with RemoteService(url) as remote:
            assert await remote.styles() == (inverting.INVERT,)
    assert service.jobs == []
