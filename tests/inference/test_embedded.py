"""The service in this process, whole: real packs, real pictures, real threads."""

import asyncio
import io
import logging
import re
import shutil
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference import pictures
from inference.asked import resolved
from inference.embedded import EmbeddedService
from inference.errors import (
    Busy,
    DeadlinePassed,
    Failed,
    InvalidOption,
    NotReady,
    ServiceError,
    StyleUnavailable,
    TooLarge,
    UnknownStyle,
)
from inference.job import Event, Format, Job, Options, Queued, Result, Running
from inference.limits import Limits
from styles import pack
from styles.library import Library
from tests.inference.watched import WHITE, WatchedLibrary, watching
from tests.styles.making import card, write_pack

ONE = Limits(batch_jobs=1, fill_wait_s=0)


def jpeg(pixels: np.ndarray[Any, Any] | None = None, width: int = 96, height: int = 64) -> bytes:
    if pixels is None:
        pixels = np.random.default_rng(0).integers(0, 200, (height, width, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG")
    return out.getvalue()


PHOTO = jpeg()


def job(user: str = "someone", style: str = "ash", picture: bytes = PHOTO, deadline_s: float | None = None) -> Job:
    return Job(picture, style, user=user, deadline_s=deadline_s)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packs")


@pytest.fixture
def library(packs: Path) -> WatchedLibrary:
    return WatchedLibrary(packs, *(() if (packs / "ash").exists() else ("ash", "birch")))


def serving(library: Library, limits: Limits = ONE) -> AbstractAsyncContextManager[EmbeddedService]:
    return watching(library, limits)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.002)


class Asking:
    """Somebody who asks, and what they hear."""

    def __init__(self, service: EmbeddedService, asked: Job) -> None:
        self.heard: list[Event] = []
        self.task = asyncio.create_task(service.stylize(asked, self.heard.append))

    async def queued(self) -> "Asking":
        await until(lambda: self.heard or self.task.done())
        return self

    @property
    def running(self) -> bool:
        return Running() in self.heard

    @property
    def positions(self) -> list[int]:
        return [event.position for event in self.heard if isinstance(event, Queued)]


async def ask(service: EmbeddedService, asked: Job) -> Asking:
    """Ask, and return once the job is queued."""
    return await Asking(service, asked).queued()


async def hold(service: EmbeddedService, library: WatchedLibrary) -> Asking:
    """Occupy the device until the gate is opened."""
    library.gate.clear()
    holder = await ask(service, job("holder"))
    await until(library.entered.is_set)
    return holder


async def test_a_picture_is_queued_then_runs_then_comes_back(library: WatchedLibrary) -> None:
    heard: list[Event] = []
    async with serving(library) as service:
        result = await service.stylize(job(), heard.append)
    assert [type(event) for event in heard] == [Queued, Running]
    assert isinstance(heard[0], Queued)
    assert heard[0].position == 1
    assert heard[0].eta_s > 0
    with Image.open(io.BytesIO(result.picture)) as image:
        assert image.size == (result.width, result.height) == (96, 64)
    assert (result.style, result.style_version, result.batch_size) == ("ash", "1.2.3", 1)


async def test_people_take_turns_on_the_device(library: WatchedLibrary) -> None:
    ran: list[str] = []

    async def person(service: EmbeddedService, name: str) -> None:
        def hear(event: Event) -> None:
            if isinstance(event, Running):
                ran.append(name)

        await service.stylize(Job(PHOTO, "ash", user=name[0], chat="group"), hear)

    async with serving(library) as service:
        holder = await hold(service, library)
        asking = []
        for name in ("A1", "A2", "B1", "C1", "C2", "A3"):
            asking.append(asyncio.create_task(person(service, name)))
            await until(partial(all_accepted, service, len(asking) + 1))
        library.gate.set()
        await asyncio.gather(holder.task, *asking)
    assert ran == ["A1", "B1", "C1", "A2", "C2", "A3"]


def counted(service: EmbeddedService, what: str, label: str) -> float:
    metric = getattr(service.metrics, what)
    return float((metric.labels(label) if label else metric)._value.get())


def all_accepted(service: EmbeddedService, count: int) -> bool:
    return counted(service, "accepted", "ash") == count


async def test_equal_jobs_share_a_batch_though_their_options_differ(library: WatchedLibrary) -> None:
    async with serving(library, Limits(batch_jobs=8)) as service:
        holder = await hold(service, library)
        options = [Options(strength=0.5), Options(format=Format.PNG), Options(keep_colours=True), Options(mark=True)]
        asking = [await ask(service, replace(job(f"user {at}"), options=each)) for at, each in enumerate(options)]
        library.gate.set()
        results = await asyncio.gather(holder.task, *(each.task for each in asking))
    assert sum(library.batches) == 5
    assert max(library.batches) >= 3  # one may have been taken before the others came
    assert [result.media_type for result in results[1:]] == ["image/jpeg", "image/png", "image/jpeg", "image/jpeg"]
    assert len({result.picture for result in results[1:]}) == 4


async def test_who_cancels_never_reaches_the_device_and_harms_nobody(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        holder = await hold(service, library)
        asking = [await ask(service, job(f"user {at}")) for at in range(5)]
        for each in (asking[0], asking[3]):  # the first may be decoded already
            each.task.cancel()
        await until(lambda: asking[0].task.done() and asking[3].task.done())
        library.gate.set()
        results = await asyncio.gather(holder.task, *(each.task for each in asking), return_exceptions=True)
    assert [isinstance(result, asyncio.CancelledError) for result in results] == [
        False,
        True,
        False,
        False,
        True,
        False,
    ]
    assert sum(library.batches) == 4
    assert not asking[0].running
    assert counted(service, "cancelled", "") == 2


async def test_who_cancels_while_it_runs_harms_nobody_in_the_batch(library: WatchedLibrary) -> None:
    async with serving(library, Limits(batch_jobs=8)) as service:
        holder = await hold(service, library)
        holder.task.cancel()
        other = await ask(service, job("other"))
        library.gate.set()
        assert (await other.task).width == 96
        with pytest.raises(asyncio.CancelledError):
            await holder.task


async def test_a_deadline_is_said_at_once_though_the_device_is_busy(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        holder = await hold(service, library)
        hurried = [await ask(service, job(f"user {at}", deadline_s=0.05)) for at in range(3)]
        patient = await ask(service, job("patient", deadline_s=60))
        for each in hurried:
            with pytest.raises(DeadlinePassed):
                await each.task
        assert not holder.task.done()
        library.gate.set()
        await asyncio.gather(holder.task, patient.task)
    assert sum(library.batches) == 2


async def test_a_job_that_runs_already_may_end_after_its_deadline(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        library.gate.clear()
        late = await ask(service, job(deadline_s=1.0))
        await until(lambda: late.running)
        await asyncio.sleep(1.05)
        library.gate.set()
        assert (await late.task).width == 96


async def test_one_bad_picture_in_a_batch_fails_alone_and_the_log_has_it_whole(
    library: WatchedLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(library, Limits(batch_jobs=8)) as service:
        holder = await hold(service, library)
        asked = [PHOTO, jpeg(WHITE), PHOTO, PHOTO]
        asking = [await ask(service, job(f"user {at}", picture=picture)) for at, picture in enumerate(asked)]
        library.gate.set()
        outcomes = await asyncio.gather(*(each.task for each in asking), return_exceptions=True)
        await holder.task
    assert [type(outcome) for outcome in outcomes] == [Result, Failed, Result, Result]
    assert "a white picture" in caplog.text
    assert "Traceback" in caplog.text
    assert "white" not in str(outcomes[1])


async def test_a_picture_broken_behind_its_header_fails_alone(library: WatchedLibrary) -> None:
    async with serving(library, Limits(batch_jobs=8)) as service:
        broken = asyncio.create_task(service.stylize(job("B", picture=PHOTO[: len(PHOTO) // 2])))
        sound = asyncio.create_task(service.stylize(job("A")))
        with pytest.raises(ServiceError) as refusal:
            await broken
        assert refusal.value.code == "not_a_picture"
        assert (await sound).width == 96


async def test_a_full_queue_refuses_at_once_and_has_room_again_later(library: WatchedLibrary) -> None:
    async with serving(library, replace(ONE, queue_jobs=2)) as service:
        holder = await hold(service, library)
        ahead = await ask(service, job("ahead"))
        asking, refusals = [], list[float]()
        for at in range(5):
            each = await ask(service, job(f"user {at}"))
            if each.task.done():
                with pytest.raises(Busy) as busy:
                    await each.task
                refusals.append(busy.value.retry_after_s)
            else:
                asking.append(each)
        assert 2 <= len(refusals) <= 4
        assert all(0 < retry_after_s < 60 for retry_after_s in refusals)
        library.gate.set()
        await asyncio.gather(holder.task, ahead.task, *(each.task for each in asking))
        assert (await service.stylize(job("later"))).width == 96


async def test_only_the_running_and_the_next_batch_are_ever_decoded(
    library: WatchedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[bytes] = []
    really = pictures.prepare

    def counting(data: bytes, *more: Any) -> pictures.Prepared:
        decoded.append(data)
        return really(data, *more)

    monkeypatch.setattr(pictures, "prepare", counting)
    async with serving(library) as service:
        holder = await hold(service, library)
        asking = [await ask(service, job(f"user {at}")) for at in range(10)]
        await asyncio.sleep(0.1)
        assert len(decoded) == 2
        library.gate.set()
        await asyncio.gather(holder.task, *(each.task for each in asking))
    assert len(decoded) == 11


async def test_what_people_wait_for_is_loaded_while_something_else_runs(tmp_path: Path) -> None:
    library = WatchedLibrary(tmp_path, "ash", "birch", "cedar", "dogwood")
    async with serving(library, replace(ONE, loads_ahead=2)) as service:
        holder = await hold(service, library)
        asking = [await ask(service, job(f"user {style}", style)) for style in ("birch", "cedar", "dogwood")]
        await until(lambda: sorted(library.loads) == ["ash", "birch", "cedar", "dogwood"])
        assert not holder.task.done()
        library.gate.set()
        await asyncio.gather(holder.task, *(each.task for each in asking))
    assert len(library.loads) == 4


async def test_positions_fall_to_one_and_are_not_told_twice(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        holder = await hold(service, library)
        asking = [await ask(service, job(f"user {at}")) for at in range(6)]
        library.gate.set()
        await asyncio.gather(holder.task, *(each.task for each in asking))
    for each in asking:
        assert each.positions
        assert all(after < before for before, after in pairwise(each.positions))
        assert each.heard[-1] == Running()
        assert each.heard.count(Running()) == 1
    assert asking[0].positions == [1]


async def test_a_caller_whose_progress_raises_still_gets_its_picture(
    library: WatchedLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: Event) -> None:
        raise KeyError("the caller's own mistake")

    async with serving(library) as service:
        assert (await service.stylize(job(), broken)).width == 96
    assert "the caller's own mistake" in caplog.text


async def test_stopping_finishes_what_runs_and_refuses_who_waits(library: WatchedLibrary) -> None:
    async with EmbeddedService(library, device="cpu", limits=ONE) as service:
        library.entered.clear()
        holder = await hold(service, library)
        asking = [await ask(service, job(f"user {at}")) for at in range(4)]
        asyncio.get_running_loop().call_later(0.05, library.gate.set)
    assert (await holder.task).width == 96
    for each in asking:
        with pytest.raises(NotReady):
            await each.task
    calls: list[Callable[[], Coroutine[Any, Any, object]]] = [
        lambda: service.stylize(job()),
        service.styles,
        service.sheet,
        lambda: service.preview("ash"),
    ]
    for call in calls:
        with pytest.raises(NotReady):
            await call()


async def test_a_service_can_be_started_again(library: WatchedLibrary) -> None:
    service = EmbeddedService(library, device="cpu", limits=ONE)
    for _ in range(2):
        async with service:
            assert (await service.stylize(job())).width == 96


async def test_a_generator_that_fails_its_warm_up_fails_the_start(library: WatchedLibrary) -> None:
    library.out_of_order = True
    with pytest.raises(ArithmeticError):
        async with EmbeddedService(library, device="cpu"):
            pytest.fail("it started")


async def test_a_broken_pack_is_no_reason_not_to_start_and_spoils_no_other(tmp_path: Path) -> None:
    library = WatchedLibrary(tmp_path, "ash", "aaa-rotten")
    (tmp_path / "aaa-rotten" / "weights.safetensors").write_bytes(b"rotten")
    async with serving(library) as service:
        for _ in range(2):
            with pytest.raises(StyleUnavailable):
                await service.stylize(job(style="aaa-rotten"))
        assert (await service.stylize(job())).width == 96
    assert library.loads.count("aaa-rotten") == 1


async def test_a_service_without_styles_starts_and_says_so(tmp_path: Path) -> None:
    async with serving(WatchedLibrary(tmp_path)) as service:
        assert await service.styles() == ()
        with pytest.raises(UnknownStyle):
            await service.stylize(job())


async def test_a_style_that_was_removed_leaves_at_once_and_a_new_version_is_taken_up(tmp_path: Path) -> None:
    library = WatchedLibrary(tmp_path, "ash", "birch")
    async with serving(library) as service:
        before = await service.sheet()
        await service.stylize(job(style="birch"))
        shutil.rmtree(tmp_path / "birch")
        toml = tmp_path / "ash" / "style.toml"
        toml.write_text(toml.read_text().replace('version = "1.2.3"', 'version = "1.3.0"'))
        await service.rescan()
        with pytest.raises(UnknownStyle):
            await service.stylize(job(style="birch"))
        assert (await service.stylize(job())).style_version == "1.3.0"
        assert library.loads == ["ash", "birch", "ash"]
        assert [info.version for info in await service.styles()] == ["1.3.0"]
        assert await service.sheet() != before


async def test_what_is_imported_replaced_or_removed_while_it_runs_shows_by_itself(tmp_path: Path) -> None:
    library = WatchedLibrary(tmp_path, "ash")
    async with serving(library, replace(ONE, rescan_every_s=0.02)) as service:
        await service.stylize(job())
        write_pack(tmp_path, "birch")
        await until(lambda: len(library.cards()) == 2)
        await service.stylize(job(style="birch"))
        write_pack(tmp_path, "birch", seed=2)  # the same version with other weights
        await until(lambda: library.cards()[-1].sha256 == pack.read(tmp_path / "birch").sha256)
        await service.stylize(job(style="birch"))
        assert library.loads == ["ash", "birch", "birch"]
        shutil.rmtree(tmp_path / "birch")
        await until(lambda: len(library.cards()) == 1)
        with pytest.raises(UnknownStyle):
            await service.stylize(job(style="birch"))


async def test_a_pack_that_cannot_be_offered_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = WatchedLibrary(tmp_path, "ash")
    (tmp_path / "rotten").mkdir()
    library.rescan()
    async with serving(library) as service:
        await service.rescan()
        (tmp_path / "worse").mkdir()
        await service.rescan()
    told = [line for line in caplog.messages if "left out" in line]
    assert told == [f"a pack is left out: {tmp_path}/{name}/style.toml: is missing." for name in ("rotten", "worse")]


async def test_the_sheet_is_drawn_once_and_anew_when_a_style_comes(tmp_path: Path) -> None:
    library = WatchedLibrary(tmp_path, "ash")
    async with serving(library) as service:
        first, second = await asyncio.gather(service.sheet(), service.sheet())
        assert first is second
        write_pack(tmp_path, "birch")
        await service.rescan()
        assert await service.sheet() != first


async def test_the_log_reads_like_a_trace(library: WatchedLibrary, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with serving(library) as service:
            await service.stylize(job("telegram:17"))
    [line] = [message for message in caplog.messages if "telegram" in message]
    assert re.fullmatch(r"\d+\.\d\ds ← ash \d+×\d+ ×1 ● telegram:17", line)


async def test_what_happens_is_measured(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        await service.stylize(job())
        with pytest.raises(UnknownStyle):
            await service.stylize(job(style="ahs"))
        text = service.metrics.text().decode()
    for line in (
        'atelier_jobs_accepted_total{style="ash"} 1.0',
        'atelier_jobs_finished_total{style="ash"} 1.0',
        'atelier_jobs_failed_total{code="unknown_style"} 1.0',
        "atelier_queue_jobs 0.0",
        "atelier_wait_seconds_count 1.0",
        'atelier_run_seconds_count{style="ash"} 1.0',
        "atelier_batch_jobs_sum 1.0",
        'atelier_cache_loads_total{style="ash"} 1.0',
    ):
        assert line in text
    assert "atelier_pictures_per_second" in text


@pytest.mark.parametrize(
    "options",
    [
        Options(strength=-0.1),
        Options(strength=1.1),
        Options(strength=float("nan")),
        Options(max_side=0),
        Options(detail=-0.1),
        Options(detail=1.5),
        Options(detail=float("nan")),
        Options(max_side=100_000),
        Options(format="bmp"),  # type: ignore[arg-type]  # what a careless caller may send
    ],
    ids=str,
)
def test_options_out_of_range_are_refused(options: Options) -> None:
    with pytest.raises(InvalidOption):
        resolved(Job(PHOTO, "ash", options), card(), Limits())


@pytest.mark.parametrize("deadline_s", [0, -1, float("nan"), float("inf")])
def test_a_deadline_is_a_positive_number(deadline_s: float) -> None:
    with pytest.raises(InvalidOption, match="deadline_s"):
        resolved(job(deadline_s=deadline_s), card(), Limits())


def test_a_file_over_the_limit_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(TooLarge):
        resolved(job(picture=b"x" * 101), card(), Limits(picture_bytes=100))


def test_what_is_not_said_is_the_styles_default() -> None:
    style = replace(card(), defaults=replace(card().defaults, strength=0.7, keep_colours=True, faces=False))
    options = resolved(Job(PHOTO, "ash"), style, Limits())
    assert (options.strength, options.keep_colours, options.faces) == (0.7, True, False)
    options = resolved(Job(PHOTO, "ash", Options(strength=0.0, keep_colours=False, faces=True)), style, Limits())
    assert (options.strength, options.keep_colours, options.faces) == (0.0, False, True)
