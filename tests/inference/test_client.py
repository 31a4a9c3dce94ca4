"""RemoteService against services that are well, gone, broken, silent, or not ours at all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from inference import client as client_module
from inference import errors
from inference.client import RemoteService
from inference.errors import BadReference, Failed, NotAuthorised, NotReady, ServiceError, UnknownStyle
from inference.http import wire
from inference.job import Crop, Event, Format, Job, Options, Queued, Result, Running
from inference.service import StyleInfo
from tests.hostile import encoded, photo
from tests.inference.inverting import INVERT, InvertingService, listening, served

JOB = Job(encoded(photo()), "invert")
TOKEN = "open sesame"


@pytest.fixture
def service() -> InvertingService:
    return InvertingService()


@pytest.fixture
async def remote(service: InvertingService) -> AsyncIterator[RemoteService]:
    async with served(service, TOKEN) as url, RemoteService(url, TOKEN) as remote:
        yield remote


async def test_the_job_that_arrives_is_the_job_that_was_sent(service: InvertingService, remote: RemoteService) -> None:
    options = Options(0.5, keep_colours=False, max_side=99, format=Format.WEBP, crop=Crop.AVATAR, mark=True)
    toned = Options(match_colours=True, detail=0.35, faces=False)
    for job in (
        JOB,
        Job(JOB.picture, "invert", options, "telegram:17", "telegram:-5", 9.5),
        replace(JOB, options=toned),
    ):
        await remote.stylize(job)
        assert service.jobs[-1] == job


async def test_a_result_and_its_progress_come_back_whole(remote: RemoteService) -> None:
    events: list[Event] = []
    result = await remote.stylize(JOB, events.append)
    assert events == [Queued(3, 1.5), Running()]
    assert result.picture.startswith(b"\xff\xd8")
    assert result.picture.endswith(b"\xff\xd9")
    assert (result.width, result.height, result.media_type) == (96, 64, "image/jpeg")
    assert (result.style, result.style_version, result.batch_size) == ("invert", "2.0.1", 4)
    assert (result.waited_s, result.ran_s) == (0.25, 0.5)


async def test_a_large_picture_crosses_without_a_warning(service: InvertingService, remote: RemoteService) -> None:
    job = Job(encoded(photo(1500, 1500), "BMP"), "invert")
    with pytest.raises(errors.NotAPicture, match="BMP"):
        await remote.stylize(job)
    assert service.jobs[-1].picture == job.picture


async def test_styles_preview_and_sheet(remote: RemoteService) -> None:
    assert await remote.styles() == (INVERT,)
    assert await remote.preview("invert") == encoded(photo())
    assert (await remote.sheet()).startswith(b"\xff\xd8")
    for name in ("../../etc", "a/b", "ä?x#y", "no%2Fne"):
        with pytest.raises(UnknownStyle) as refusal:
            await remote.preview(name)
        assert (refusal.value.style, refusal.value.suggestion) == (name, "invert")


def kinds(kind: type[ServiceError] = ServiceError) -> Iterator[type[ServiceError]]:
    for one in kind.__subclasses__():
        if one.__module__ == errors.__name__:  # others are between parts of the service, and never leave it
            yield one
        yield from kinds(one)


def example(kind: type[ServiceError]) -> ServiceError:
    if kind is errors.UnknownStyle:
        return errors.UnknownStyle("anime", "invert")
    return errors.Busy(12.25) if kind is errors.Busy else kind("A sentence of its own.")


@pytest.mark.parametrize("kind", tuple(kinds()), ids=lambda kind: kind.code)
@pytest.mark.parametrize("speaks_first", [True, False])
async def test_every_error_comes_back_as_itself(
    service: InvertingService, remote: RemoteService, kind: type[ServiceError], speaks_first: bool
) -> None:
    service.trouble, service.speaks_first = example(kind), speaks_first
    with pytest.raises(ServiceError) as caught:
        await remote.stylize(JOB)
    assert type(caught.value) is kind
    assert vars(caught.value) == vars(service.trouble)


async def test_cancelling_takes_the_job_out_over_there(service: InvertingService, remote: RemoteService) -> None:
    service.gate.clear()
    call = asyncio.create_task(remote.stylize(JOB))
    await asyncio.wait_for(service.started.wait(), 5)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(service.cancelled.wait(), 5)


async def test_many_jobs_may_wait_at_once(service: InvertingService, remote: RemoteService) -> None:
    service.gate.clear()
    calls = [asyncio.create_task(remote.stylize(JOB)) for _ in range(130)]
    async with asyncio.timeout(20):
        while len(service.jobs) < 130:
            await asyncio.sleep(0.01)
        service.gate.set()
        assert len(await asyncio.gather(*calls)) == 130


async def test_nobody_there_is_not_ready(service: InvertingService) -> None:
    async with served(service) as url:
        pass
    async with RemoteService(url) as remote:
        for call in (remote.stylize(JOB), remote.styles(), remote.preview("invert"), remote.sheet()):
            with pytest.raises(NotReady):
                await call


async def test_not_entered_is_not_ready() -> None:
    with pytest.raises(NotReady):
        await RemoteService("http://127.0.0.1:9").styles()


async def test_a_service_that_stops_meanwhile_is_not_ready(service: InvertingService) -> None:
    service.gate.clear()
    async with served(service) as url, RemoteService(url) as remote:
        call = asyncio.create_task(remote.stylize(JOB))
        await service.started.wait()
    with pytest.raises(NotReady):
        await call


Answerer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _page(request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>Welcome to the hotel's network", content_type="text/html")


async def _bad_gateway(request: web.Request) -> web.StreamResponse:
    return web.Response(status=502, text="<html>502", content_type="text/html")


async def _moved(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://127.0.0.1:9/elsewhere")


async def _strange_json(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"event": "dancing"}\n[]\n', content_type=wire.STREAM)


async def _giant(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"event": "done", "bytes": 99999999999}\n', content_type=wire.STREAM)


async def _cut_off(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"event": "done", "bytes": 500}\n\xff\xd8', content_type=wire.STREAM)


async def _ended(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"event": "running"}\n', content_type=wire.STREAM)


async def _newer(request: web.Request) -> web.StreamResponse:
    return web.json_response({"error": {"code": "too_rainy", "message": "It rains."}}, status=418)


async def _silent(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(5)
    return web.Response()


async def _dropped(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.abort()
    return web.Response()


@pytest.mark.parametrize(
    ("answerer", "kind"),
    [
        (_page, Failed),
        (_bad_gateway, NotReady),
        (_moved, Failed),
        (_strange_json, Failed),
        (_giant, Failed),
        (_cut_off, NotReady),
        (_ended, NotReady),
        (_newer, Failed),
        (_silent, NotReady),
        (_dropped, NotReady),
    ],
)
async def test_whatever_answers_the_caller_sees_a_service_error_without_the_token(
    answerer: Answerer, kind: type[ServiceError], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(client_module, "SILENCE_S", 0.3)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answerer)
    async with listening(app) as url, RemoteService(url, TOKEN) as remote:
        with pytest.raises(ServiceError) as caught:
            await remote.stylize(JOB, lambda _: None)
    assert type(caught.value) is kind
    assert TOKEN not in caplog.text + repr(caught.value) + repr(remote)
    assert caught.value.__cause__ is None


async def test_a_service_that_is_older_than_training_trains_nothing() -> None:
    async with listening(web.Application()) as url, RemoteService(url) as remote:
        assert not await remote.trains()


async def test_which_of_several_pictures_cannot_be_used_comes_along() -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response(wire.from_error(BadReference("That is none.", 3)), status=422)

    app = web.Application()
    app.router.add_post("/v1/drafts", refuse)
    async with listening(app) as url, RemoteService(url) as remote:
        with pytest.raises(BadReference) as caught:
            await remote.draft([b"", b"", b""])
    assert caught.value.place == 3


async def test_a_wrong_token_is_told_and_not_shown(service: InvertingService) -> None:
    async with served(service, TOKEN) as url, RemoteService(url, "guess") as remote:
        with pytest.raises(NotAuthorised) as caught:
            await remote.styles()
    assert "guess" not in repr(caught.value) + repr(remote) + str(caught.value)


async def test_a_url_may_end_in_a_slash_and_have_a_path(service: InvertingService) -> None:
    async with served(service) as url, RemoteService(url + "/") as remote:
        assert await remote.styles() == (INVERT,)


results = st.builds(
    Result,
    st.binary(min_size=1),
    st.sampled_from([kind.media_type for kind in Format]),
    st.integers(1, 5000),
    st.integers(1, 5000),
    st.text(),
    st.text(),
    st.floats(0, 1e6),
    st.floats(0, 1e6),
    st.integers(1, 64),
)


@given(results)
def test_results_survive_the_wire(result: Result) -> None:
    assert wire.to_result(wire.from_result(result), result.picture) == result


@given(st.builds(StyleInfo, st.text(), st.text(), st.dictionaries(st.text(), st.text()), st.text(), st.text()))
def test_styles_survive_the_wire(info: StyleInfo) -> None:
    assert wire.to_style(wire.from_style(info)) == info


@given(st.one_of(st.just(Running()), st.builds(Queued, st.integers(1, 10**6), st.integers(0, 10**6).map(float))))
def test_events_survive_the_wire(event: Event) -> None:
    assert wire.to_event(wire.from_event(event)) == event
