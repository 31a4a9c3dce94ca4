"""The service's HTTP face, over real sockets: the table of calls, the table of errors, and strangers."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator

import aiohttp
import psutil
import pytest
from PIL import Image

from inference import errors
from inference.errors import ServiceError
from inference.http import form, require_safe, wire
from inference.job import Crop, Format, Options, Reference
from tests.hostile import HOSTILE, ODD, encoded, hostile, odd, photo
from tests.inference.inverting import InvertingService, served

pytestmark = pytest.mark.filterwarnings("ignore:(Possibly c|C)orrupt EXIF:UserWarning")  # Pillow's word on some inputs

Fields = dict[str, str | bytes]


class Caller:
    """One HTTP client of one service."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self.session = url, session

    async def stylize(self, fields: Fields, **headers: str) -> tuple[int, "aiohttp.ClientResponse", bytes]:
        sent = aiohttp.FormData()
        for name, value in fields.items():
            if isinstance(value, bytes):
                sent.add_field(name, io.BytesIO(value), filename="x")
            else:
                sent.add_field(name, value)
        async with self.session.post(f"{self.url}/v1/stylize", data=sent, headers=headers) as answer:
            return answer.status, answer, await answer.read()

    async def likened(self, fields: Fields, references: list[bytes], weights: str | None = None) -> tuple[int, str]:
        """With style pictures; the status, and the code of a refusal."""
        sent = aiohttp.FormData()
        sent.add_field("image", fields["image"], filename="x")
        sent.add_field("style", fields["style"])
        for data in references:
            sent.add_field("reference", io.BytesIO(data), filename="x")
        if weights is not None:
            sent.add_field("weights", weights)
        async with self.session.post(f"{self.url}/v1/stylize", data=sent) as answer:
            return answer.status, "" if answer.status == 200 else code(await answer.read())

    async def get(self, path: str, **headers: str) -> tuple[int, "aiohttp.ClientResponse", bytes]:
        async with self.session.get(self.url + path, headers=headers) as answer:
            return answer.status, answer, await answer.read()


@pytest.fixture
def service() -> InvertingService:
    return InvertingService()


@pytest.fixture
async def caller(service: InvertingService) -> AsyncIterator[Caller]:
    async with served(service) as url, aiohttp.ClientSession() as session:
        yield Caller(url, session)


@pytest.fixture
def good() -> Fields:
    return {"image": encoded(photo()), "style": "invert"}


def code(body: bytes) -> str:
    values = json.loads(body)["error"]
    assert values["message"].endswith((".", "?", "…"))
    return str(values["code"])


async def test_a_photo_comes_back_styled(caller: Caller, good: Fields) -> None:
    status, answer, body = await caller.stylize(good)
    assert (status, answer.content_type) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(body)).size == (96, 64)
    assert {name.title(): value for name, value in answer.headers.items() if name.title().startswith("Atelier-")} == {
        "Atelier-Waited-S": "0.250",
        "Atelier-Ran-S": "0.500",
        "Atelier-Batch-Size": "4",
        "Atelier-Style-Version": "2.0.1",
        "Atelier-Frames": "1",
    }


async def test_every_field_reaches_the_job(caller: Caller, service: InvertingService, good: Fields) -> None:
    more = {"strength": "0.5", "keep_colours": "true", "max_side": "128", "format": "png", "crop": "avatar"}
    who = {"mark": "1", "user": "telegram:17", "chat": "telegram:-5", "deadline_s": "12.5"}
    status, answer, _ = await caller.stylize({**good, **more, **who})
    assert (status, answer.content_type) == (200, "image/png")
    (job,) = service.jobs
    assert job.options == Options(0.5, keep_colours=True, max_side=128, format=Format.PNG, crop=Crop.AVATAR, mark=True)
    assert (job.user, job.chat, job.deadline_s) == ("telegram:17", "telegram:-5", 12.5)
    assert job.picture == good["image"]


async def test_style_pictures_reach_the_job_in_their_order_with_their_weights(
    caller: Caller, service: InvertingService, good: Fields
) -> None:
    assert await caller.likened(good, [b"one", b"two"], "2,0.5") == (200, "")
    assert await caller.likened(good, [b"one", b"two", b"three"]) == (200, "")
    assert await caller.likened(good, []) == (200, "")
    assert [job.references for job in service.jobs] == [
        (Reference(b"one", 2.0), Reference(b"two", 0.5)),
        (Reference(b"one"), Reference(b"two"), Reference(b"three")),
        (),
    ]


async def test_style_pictures_that_cannot_be_are_refused(caller: Caller, good: Fields) -> None:
    wrong: list[tuple[list[bytes], str | None, tuple[int, str]]] = [
        ([b"x"] * 4, None, (422, "bad_option")),
        ([b"x"] * 2, "1", (422, "bad_option")),
        ([], "1", (422, "bad_option")),
        ([b"x"], "", (422, "bad_option")),
        ([b"x"], "nan", (422, "bad_option")),
        ([b"x", b"y" * 20_000_001], None, (422, "bad_reference")),
    ]
    for references, weights, expected in wrong:
        assert await caller.likened(good, references, weights) == expected


async def test_progress_comes_line_by_line_then_the_picture(caller: Caller, good: Fields) -> None:
    status, answer, body = await caller.stylize(good, Accept=wire.STREAM)
    assert (status, answer.content_type) == (200, wire.STREAM)
    lines, picture = body.split(b"\xff\xd8", 1)
    events = [json.loads(line) for line in lines.splitlines()]
    assert [event["event"] for event in events] == ["queued", "running", "done"]
    assert (events[0]["position"], events[0]["eta_s"]) == (3, 1.5)
    assert events[-1]["bytes"] == len(picture) + 2
    assert events[-1]["media_type"] == "image/jpeg"


TROUBLES: list[tuple[ServiceError, int]] = [
    (errors.InvalidRequest("No."), 400),
    (errors.UnknownStyle("anime", "invert"), 404),
    (errors.StyleExists("No."), 409),
    (errors.StyleWithdrawn(), 410),
    (errors.TooLarge("No."), 413),
    (errors.NotAPicture("No."), 415),
    (errors.TooSmall("No."), 415),
    (errors.InvalidOption("No."), 422),
    (errors.UnknownWords(("sea", "night")), 422),
    (errors.ReferenceMissing("No."), 422),
    (errors.BadReference("No."), 422),
    (errors.Busy(7.2), 429),
    (errors.StyleUnavailable("No."), 503),
    (errors.NotReady("No."), 503),
    (errors.DeadlinePassed("No."), 504),
    (errors.Failed(), 500),
]


@pytest.mark.parametrize(("trouble", "status"), TROUBLES, ids=lambda value: getattr(value, "code", ""))
@pytest.mark.parametrize("accept", ["*/*", wire.STREAM])
async def test_every_error_has_its_status_and_code(
    caller: Caller, service: InvertingService, good: Fields, trouble: ServiceError, status: int, accept: str
) -> None:
    service.trouble, service.speaks_first = trouble, False
    seen, answer, body = await caller.stylize(good, Accept=accept)
    assert (seen, code(body)) == (status, trouble.code)
    assert answer.headers.get("Retry-After") == ("8" if isinstance(trouble, errors.Busy) else None)


async def test_trouble_after_progress_is_a_line(caller: Caller, service: InvertingService, good: Fields) -> None:
    service.trouble = errors.DeadlinePassed("Too late.")
    status, _, body = await caller.stylize(good, Accept=wire.STREAM)
    assert status == 200
    last = json.loads(body.splitlines()[-1])
    assert last == {"event": "error", "error": {"code": "deadline_passed", "message": "Too late."}}


@pytest.mark.parametrize("accept", ["*/*", wire.STREAM])
async def test_a_bug_is_logged_whole_and_told_in_one_calm_sentence(
    caller: Caller, service: InvertingService, good: Fields, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    service.trouble = ZeroDivisionError("the inner secret")
    _, _, body = await caller.stylize(good, Accept=accept)
    assert code(body.splitlines()[-1]) == "failed"
    assert b"secret" not in body
    assert "the inner secret" in caplog.text


@pytest.mark.parametrize("field", ["referenc", "imagee", "token", ""])
async def test_unknown_fields_are_refused(caller: Caller, good: Fields, field: str) -> None:
    status, _, body = await caller.stylize({**good, field: "x"})
    assert (status, code(body)) == (400, "bad_request")


@pytest.mark.parametrize("missing", ["image", "style"])
async def test_missing_fields_are_refused(caller: Caller, good: Fields, missing: str) -> None:
    del good[missing]
    status, _, body = await caller.stylize(good)
    assert (status, code(body)) == (400, "bad_request")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("strength", "much"),
        ("strength", "nan"),
        ("strength", "inf"),
        ("strength", ""),
        ("keep_colours", "maybe"),
        ("max_side", "1.5"),
        ("max_side", "１e9"),
        ("format", "gif"),
        ("crop", "cat"),
        ("mark", "2"),
        ("deadline_s", "soon"),
        ("user", "eve\n12:00:00 I inference: all is well"),
        ("chat", "\x1b[2J"),
    ],
)
async def test_options_that_are_none_are_refused(caller: Caller, good: Fields, field: str, value: str) -> None:
    status, _, body = await caller.stylize({**good, field: value})
    assert (status, code(body)) == (422, "bad_option")
    assert field.encode() in body


BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "application/json"}, b"{}"),
        ({"Content-Type": "multipart/form-data"}, b"--b--"),
        (BOUNDARY, b""),
        (BOUNDARY, b"junk without any boundary"),
        (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\ncut of'),
        (BOUNDARY, b"--b\r\n" + b"X: y\r\n" * 5000 + b"\r\n\r\n--b--"),
        (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="style"\r\n\r\n\xff\xfe\r\n--b--'),
        (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="style"\r\n\r\n' + b"x" * 2000 + b"\r\n--b--"),
        (BOUNDARY, b'--b\r\nContent-Disposition: form-data; name="style"\r\n\r\nx\r\n' * 2 + b"--b--"),
        (BOUNDARY, b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--"),
        ({"Content-Type": "multipart/form-data; boundary=" + "b" * 200}, b"--b--"),
    ],
)
async def test_broken_forms_are_refused(caller: Caller, headers: dict[str, str], body: bytes) -> None:
    async with caller.session.post(f"{caller.url}/v1/stylize", data=body, headers=headers) as answer:
        assert (answer.status, code(await answer.read())) == (400, "bad_request")
    assert (await caller.get("/readyz"))[0] == 200


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_pictures_get_their_code_and_the_service_stays_up(caller: Caller, name: str) -> None:
    wanted, picture, before = HOSTILE[name][1], hostile(name), psutil.Process().memory_info().rss
    for accept in ("*/*", wire.STREAM):
        status, _, body = await caller.stylize({"image": picture, "style": "invert"}, Accept=accept)
        assert code(body.splitlines()[-1]) == wanted
        if accept == "*/*":
            assert status == {"too_large": 413}.get(wanted, 415)
    assert (await caller.get("/readyz"))[0] == 200
    sent = 2 * len(picture)  # who sends it lives in this process, too
    assert psutil.Process().memory_info().rss - before < 100_000_000 + sent


@pytest.mark.parametrize("name", ODD)
async def test_odd_pictures_come_back_styled(caller: Caller, name: str) -> None:
    status, _, body = await caller.stylize({"image": odd(name), "style": "invert"})
    assert status == 200
    assert Image.open(io.BytesIO(body)).format == "JPEG"


async def test_an_endless_upload_is_cut_off_at_the_limit(caller: Caller) -> None:
    """Without a Content-Length the bytes are counted as they come; the answer does not wait for the rest."""
    before, sent = psutil.Process().memory_info().rss, 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n'
        while sent < 300_000_000:
            sent += 1_000_000
            yield bytes(1_000_000)

    async with caller.session.post(f"{caller.url}/v1/stylize", data=endless(), headers=BOUNDARY) as answer:
        assert (answer.status, code(await answer.read())) == (413, "too_large")
    assert sent < 200_000_000
    assert psutil.Process().memory_info().rss - before < 150_000_000


async def test_a_slow_upload_is_given_up(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "UPLOAD_S", 0.2)

    async def slow() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n'
        await asyncio.sleep(1)
        yield b"--b--"

    async with caller.session.post(f"{caller.url}/v1/stylize", data=slow(), headers=BOUNDARY) as answer:
        assert (answer.status, code(await answer.read())) == (400, "bad_request")


async def test_uploads_together_are_bounded(
    service: InvertingService, good: Fields, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.http.server.ALL_UPLOADS", 1e-3)  # of 20 MB
    async with served(service) as url, aiohttp.ClientSession() as session:
        caller = Caller(url, session)
        for _ in range(3):  # what was refused or read does not count any more
            status, answer, body = await caller.stylize({"image": bytes(60_000), "style": "invert"})
            assert (status, code(body)) == (429, "busy")
            assert answer.headers["Retry-After"] == "2"
            assert (await caller.stylize(good))[0] == 200


@pytest.mark.parametrize("accept", ["*/*", wire.STREAM])
async def test_closing_the_connection_cancels_the_job(
    caller: Caller, service: InvertingService, good: Fields, accept: str
) -> None:
    service.gate.clear()
    call = asyncio.create_task(caller.stylize(good, Accept=accept))
    await asyncio.wait_for(service.started.wait(), 5)
    call.cancel()
    await asyncio.wait_for(service.cancelled.wait(), 5)


async def test_a_silent_stream_shows_that_it_lives(
    caller: Caller, service: InvertingService, good: Fields, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "ALIVE_EVERY_S", 0.05)
    service.gate.clear()
    service.speaks_first = False
    call = asyncio.create_task(caller.stylize(good, Accept=wire.STREAM))
    await asyncio.sleep(0.3)
    service.gate.set()
    _, _, body = await call
    assert body.startswith(b"\n\n")
    events = body.split(b"\xff\xd8", 1)[0].split(b"\n")
    assert [json.loads(line)["event"] for line in events if line] == ["running", "done"]


async def test_styles_preview_and_sheet(caller: Caller) -> None:
    status, _, body = await caller.get("/v1/styles")
    assert status == 200
    (style,) = json.loads(body)["styles"]
    title = {"en": "Inverted", "zh": "反相"}
    plain = {"id": "invert", "version": "2.0.1", "title": title, "takes": "photo", "licence": "CC0-1.0"}
    assert style == plain | {"scope": [], "expires": ""}
    for path in ("/v1/styles/invert/preview", "/v1/sheet"):
        status, answer, body = await caller.get(path)
        assert (status, answer.content_type) == (200, "image/jpeg")
        assert Image.open(io.BytesIO(body)).format == "JPEG"
    status, _, body = await caller.get("/v1/styles/..%2F..%2Fetc/preview")
    assert (status, code(body)) == (404, "unknown_style")


async def test_live_ready_and_metrics(service: InvertingService) -> None:
    async with served(service, metrics=lambda: b"atelier_jobs 3\n") as url, aiohttp.ClientSession() as session:
        caller = Caller(url, session)
        assert (await caller.get("/readyz"))[0] == 200
        assert (await caller.get("/metrics"))[2] == b"atelier_jobs 3\n"
        service.trouble = errors.NotReady("Stopping.")
        assert (await caller.get("/healthz"))[0] == 200
        status, _, body = await caller.get("/readyz")
        assert (status, code(body)) == (503, "not_ready")


@pytest.mark.parametrize("path", ["/metrics", "/", "/v1/stylise", "/v1/styles/", "/%00", "/" + "x" * 900])
async def test_where_nothing_is_the_refusal_is_json_as_well(caller: Caller, path: str) -> None:
    status, _, body = await caller.get(path)
    assert (status, code(body)) == (404, "not_found")
    assert len(body) < 250


async def test_a_wrong_method_is_told_the_right_one(caller: Caller) -> None:
    status, answer, body = await caller.get("/v1/stylize")
    assert (status, answer.headers["Allow"]) == (405, "POST")
    assert json.loads(body)["error"] == {"code": "method_not_allowed", "message": "/v1/stylize takes POST, not GET."}


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    yield caplog
    assert "open sesame" not in caplog.text


async def test_the_token_opens_everything_and_nothing_else_does(
    service: InvertingService, good: Fields, quiet: pytest.LogCaptureFixture
) -> None:
    async with served(service, "open sesame", lambda: b"") as url, aiohttp.ClientSession() as session:
        caller = Caller(url, session)
        for paths in ("/v1/styles", "/v1/sheet", "/v1/styles/invert/preview", "/metrics"):
            for given in (
                {},
                {"Authorization": "Bearer open"},
                {"Authorization": "open sesame"},
                {"Authorization": "Bearer öpen"},
            ):
                status, answer, body = await caller.get(paths, **given)
                assert (status, code(body)) == (401, "unauthorised")
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert (await caller.get(paths, Authorization="Bearer open sesame"))[0] == 200
        assert (await caller.stylize(good))[0] == 401
        assert service.jobs == []
        assert (await caller.stylize(good, Authorization="Bearer open sesame"))[0] == 200
        assert (await caller.get("/healthz"))[0] == (await caller.get("/readyz"))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "127.0.0.1.evil.example"},
    ],
)
async def test_without_a_token_strange_web_pages_are_not_served(
    caller: Caller, good: Fields, headers: dict[str, str]
) -> None:
    status, _, body = await caller.stylize(good, **headers)
    assert (status, code(body)) == (401, "unauthorised")


@pytest.mark.parametrize(
    "headers", [{"Host": "localhost:8080"}, {"Host": "[::1]:8080"}, {"Origin": "http://127.0.0.1:8080"}]
)
async def test_this_machines_own_pages_are(caller: Caller, good: Fields, headers: dict[str, str]) -> None:
    assert (await caller.stylize(good, **headers))[0] == 200


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "[::]:8080", "192.168.1.7:80", "atelier.example:80", ":8080"])
def test_listening_beyond_this_machine_needs_a_token(listen: str) -> None:
    with pytest.raises(ValueError, match="ATELIER_INFERENCE_TOKEN"):
        require_safe(listen, None)
    require_safe(listen, "a token")


@pytest.mark.parametrize("listen", ["127.0.0.1:8080", "127.5.0.1:80", "[::1]:8080", "localhost:0"])
def test_this_machine_itself_needs_none(listen: str) -> None:
    require_safe(listen, None)


LEAVE = {
    "id": "ada",
    "title": {"en": "Ada"},
    "subject": "Ada",
    "granted_by": "telegram:17",
    "rights": "own work",
    "scope": ["*"],
    "expires": "9999-12-31",
    "document_sha256": "0" * 64,
}


async def sent(
    caller: Caller, path: str, pictures: list[bytes], creation: str | None = None, **headers: str
) -> tuple[int, str]:
    """The status, and the code of a refusal."""
    form = aiohttp.FormData(default_to_multipart=True)
    for picture in pictures:
        form.add_field("picture", io.BytesIO(picture), filename="x")
    if creation is not None:
        form.add_field("creation", creation)
    async with caller.session.post(caller.url + path, data=form, headers=headers) as answer:
        return answer.status, "" if answer.status == 200 else code(await answer.read())


async def test_a_creators_pictures_and_leave_reach_the_service(caller: Caller, service: InvertingService) -> None:
    us = {"Atelier-Client": "test"}
    assert await sent(caller, "/v1/drafts", [b"one", b"two"], **us) == (200, "")
    assert service.drafts == [(b"one", b"two")]
    assert await sent(caller, "/v1/styles", [b"one"], json.dumps(LEAVE), **us) == (200, "")
    assert [made.pictures for made in service.creations] == [(b"one",)]
    assert wire.from_creation(service.creations[0]) == LEAVE | {"scope": ("*",)}
    async with caller.session.delete(f"{caller.url}/v1/styles/ada", headers=us) as answer:
        assert (answer.status, await answer.json()) == (200, {"withdrawn": "ada"})
    async with caller.session.delete(f"{caller.url}/v1/styles/invert", headers=us) as answer:
        assert (answer.status, code(await answer.read())) == (404, "unknown_style")
    assert service.withdrawn == ["ada"]


async def test_a_creation_that_is_not_one_is_refused(caller: Caller, service: InvertingService) -> None:
    us = {"Atelier-Client": "test"}
    broken = [None, "", "[]", "7", "{", "[" * 9000, json.dumps({})]
    broken += [json.dumps(LEAVE | change) for change in ({"more": "x"}, {"scope": "*"}, {"title": "x"}, {"id": 7})]
    broken += [json.dumps(LEAVE | {"title": {"en": None}}), json.dumps(LEAVE | {"subject": "x" * 20_000})]
    for creation in broken:
        assert await sent(caller, "/v1/styles", [b"one"], creation, **us) == (400, "bad_request"), creation
    assert await sent(caller, "/v1/styles", [b"x"] * 21, json.dumps(LEAVE), **us) == (422, "bad_reference")
    assert await sent(caller, "/v1/drafts", [b"x"] * 21, **us) == (422, "bad_reference")
    assert await sent(caller, "/v1/drafts", [b"x"], "{}", **us) == (400, "bad_request")
    assert await sent(caller, "/v1/drafts", [b"x" * 20_000_001], **us) == (422, "bad_reference")
    assert (service.drafts, service.creations) == ([], [])


async def test_no_web_page_changes_the_styles_of_its_visitor(caller: Caller, service: InvertingService) -> None:
    """Not even one that is served on this machine: a form can name no header of ours, nor a script without asking."""
    page = {"Origin": "http://localhost:3000"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "atelier-client"}
    for headers in ({}, page, {"Atelier-Client": "", **page}):
        assert await sent(caller, "/v1/drafts", [b"one"], **headers) == (401, "unauthorised")
        assert await sent(caller, "/v1/styles", [b"one"], json.dumps(LEAVE), **headers) == (401, "unauthorised")
        async with caller.session.delete(f"{caller.url}/v1/styles/ada", headers=headers) as answer:
            assert answer.status == 401
    stranger = {"Origin": "https://example.org", "Atelier-Client": "test"}
    assert await sent(caller, "/v1/drafts", [b"one"], **stranger) == (401, "unauthorised")
    for path in ("/v1/drafts", "/v1/styles", "/v1/styles/ada"):
        async with caller.session.options(caller.url + path, headers=page | asked) as answer:
            assert answer.status == 405
            assert not any(name.startswith("Access-Control") for name in answer.headers)
    assert (service.drafts, service.creations, service.withdrawn) == ([], [], [])


async def test_with_a_token_it_is_the_token_that_counts(service: InvertingService) -> None:
    async with served(service, "secret") as url, aiohttp.ClientSession() as session:
        caller = Caller(url, session)
        assert await sent(caller, "/v1/drafts", [b"one"], **{"Atelier-Client": "test"}) == (401, "unauthorised")
        assert await sent(caller, "/v1/drafts", [b"one"], Authorization="Bearer secret") == (200, "")
