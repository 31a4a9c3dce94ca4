"""Pictures of any size: a giant runs in tiles, and everybody else hardly notices."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from inference import pictures
from inference.batch import Key, Waiting
from inference.embedded import EmbeddedService
from inference.errors import DeadlinePassed, Failed, InvalidOption, NotReady, TooLarge
from inference.gate import Gate
from inference.job import Crop, Event, Format, Job, Options, Queued, Result, Running
from inference.limits import Limits
from inference.scheduler import Scheduler
from inference.service import Service
from inference.tiles import TileKey
from styles.library import Library
from tests.conftest import photo as sample
from tests.hostile import encoded, photo
from tests.inference.watched import WatchedLibrary, near_or_far, watching
from tests.styles.making import write_pack

WHOLE, TILE = 96, 128
GIANT = Limits(fill_wait_s=0, whole_side=WHOLE, tile_side=TILE, min_result_side=16)
"""The usual limits at a twentieth of their size, so that a giant is one of 400 pixels."""
PNG = Options(format=Format.PNG, faces=False)
Seen = NDArray[np.int64]


def giant(width: int = 420, height: int = 260, mode: str = "RGB") -> bytes:
    image = photo(width, height).convert(mode)
    ImageDraw.Draw(image).ellipse((width // 3, height // 4, width // 2, height // 2), fill=(240, 30, 20))
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    return encoded(image, "PNG")


def seen(result: Result) -> Seen:
    return np.asarray(Image.open(io.BytesIO(result.picture)).convert("RGB"), np.int64)


@pytest.fixture
def library(tmp_path: Path) -> WatchedLibrary:
    return WatchedLibrary(tmp_path, "ash")


def serving(library: Library, limits: Limits = GIANT) -> AbstractAsyncContextManager[EmbeddedService]:
    return watching(library, limits)


@pytest.fixture(params=["embedded", "remote"])
async def service(request: pytest.FixtureRequest, library: WatchedLibrary) -> AsyncIterator[Service]:
    async with near_or_far(request.param, serving(library)) as either:
        yield either


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.002)


async def test_a_giant_comes_back_at_its_own_size(service: Service, library: WatchedLibrary) -> None:
    heard: list[Event] = []
    result = await service.stylize(Job(giant(), "ash", PNG), heard.append)
    assert (result.width, result.height, result.media_type) == (420, 260, "image/png")
    assert seen(result).shape == (260, 420, 3)
    assert sum(library.batches) > 6
    assert isinstance(heard[0], Queued)
    assert heard[0].eta_s > 0
    assert heard.count(Running()) >= 3, "it is told how a giant goes on, row by row"
    assert result.ran_s > 0


async def test_tiles_leave_no_seam(tmp_path: Path) -> None:
    """The same giant in tiles and in one: the same to a step or two of 255, on the tiles' edges as elsewhere."""
    write_pack(tmp_path, "ash")
    library = Library.open(built_in=tmp_path)
    job = Job(giant(), "ash", PNG)
    async with serving(library) as service:
        tiled = seen(await service.stylize(job))
    async with serving(library, replace(GIANT, tile_side=1024)) as service:
        whole = seen(await service.stylize(job))
    difference = np.abs(tiled - whole)
    assert whole.std() > 5
    assert difference.max() <= 4
    assert difference.mean() < 0.2
    across, same = np.abs(np.diff(tiled, axis=1)).mean((0, 2)), np.abs(np.diff(whole, axis=1)).mean((0, 2))
    assert np.abs(across - same).max() < 0.5


async def test_what_is_done_to_results_is_done_to_giants(tmp_path: Path) -> None:
    """Colours, detail, strength: in tiles as at once. And the mark, transparency and labels."""
    write_pack(tmp_path, "ash")
    library = Library.open(built_in=tmp_path)
    options = replace(PNG, strength=0.6, keep_colours=True, match_colours=True, detail=0.8, mark=True)
    job = Job(giant(mode="RGBA"), "ash", options)
    async with serving(library) as service:
        tiled = await service.stylize(job)
        plain = await service.stylize(replace(job, options=PNG))
    async with serving(library, replace(GIANT, tile_side=1024)) as service:
        whole = await service.stylize(job)
    difference = np.abs(seen(tiled) - seen(whole))
    assert difference.max() <= 8, "matching colours and bringing out detail enlarge what was rounded"
    assert difference.mean() < 0.3
    assert np.abs(seen(tiled) - seen(plain)).mean() > 3
    alpha = [np.asarray(Image.open(io.BytesIO(each.picture)).getchannel("A"), int) for each in (tiled, plain)]
    assert alpha[1][0].max() < 5
    assert alpha[1][-1].min() > 250
    assert (alpha[0] != alpha[1]).any(), "the mark is solid"
    assert b"ash 1.2.3" in tiled.picture


async def test_strength_nought_gives_the_photo_back(library: WatchedLibrary) -> None:
    data = giant()
    async with serving(library) as service:
        result = await service.stylize(Job(data, "ash", replace(PNG, strength=0.0)))
    assert (seen(result) == np.asarray(Image.open(io.BytesIO(data)))).all()


async def test_small_faces_are_painted_finer_in_giants_too(tmp_path: Path) -> None:
    write_pack(tmp_path, "ash")
    limits = replace(GIANT, whole_side=400, tile_side=512)
    with_faces = replace(PNG, faces=True)
    async with serving(Library.open(built_in=tmp_path), limits) as service:
        fine = seen(await service.stylize(Job(sample("astronaut"), "ash", with_faces)))
        plain = seen(await service.stylize(Job(sample("astronaut"), "ash", PNG)))
    changed = np.abs(fine - plain).max(axis=2) > 8
    rows, columns = np.nonzero(changed)
    assert 30 < rows.mean() < 220, "the astronaut's face is in the upper middle"
    assert 130 < columns.mean() < 320
    assert changed[400:].mean() < 0.01


async def test_an_avatar_is_no_giant(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        result = await service.stylize(Job(giant(), "ash", replace(PNG, crop=Crop.AVATAR)))
    assert (result.width, result.height) == (260, 260)
    assert library.batches == [1]


async def test_a_network_that_cannot_paint_tiles_is_run_whole_and_enlarged(tmp_path: Path) -> None:
    write_pack(tmp_path, "old", "animegan2")
    async with serving(Library.open(built_in=tmp_path)) as service:
        result = await service.stylize(Job(giant(), "old", PNG))
    assert (result.width, result.height) == (420, 260)


async def test_a_giant_in_the_style_of_another_picture(tmp_path: Path) -> None:
    from inference.job import Reference

    write_pack(tmp_path, "like", "microast")
    library = Library.open(built_in=tmp_path)
    job = Job(giant(), "like", PNG, references=(Reference(encoded(photo(80, 60))),))
    async with serving(library) as service:
        tiled = seen(await service.stylize(job))
    async with serving(library, replace(GIANT, tile_side=1024)) as service:
        whole = seen(await service.stylize(job))
    assert np.abs(tiled - whole).max() <= 6


async def test_other_peoples_pictures_go_between_tiles(library: WatchedLibrary) -> None:
    """Somebody else waits for two tiles at most: one that runs, one that is next."""
    async with serving(library) as service:
        library.gate.clear()
        large = asyncio.create_task(service.stylize(Job(giant(600, 400), "ash", PNG, user="large")))
        await until(library.entered.is_set)
        library.gate.set()
        await until(lambda: len(library.batches) >= 3)
        for person in range(4):
            before = len(library.batches)
            await service.stylize(Job(encoded(photo(60, 60)), "ash", user=f"small{person}"))
            assert len(library.batches) - before <= 4, "two tiles, itself, and a tile that began while it was encoded"
        assert not large.done()
        await large


async def test_a_giant_that_is_cancelled_stops_between_tiles(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        library.gate.clear()
        large = asyncio.create_task(service.stylize(Job(giant(600, 400), "ash", PNG)))
        await until(library.entered.is_set)
        large.cancel()
        library.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await large
        await service.stylize(Job(encoded(photo(60, 60)), "ash"))
        assert len(library.batches) <= 3


async def test_a_tile_that_fails_fails_the_giant(library: WatchedLibrary) -> None:
    image = photo(420, 260)
    image.paste("white", (0, 0, 260, 260))  # one of its tiles is wholly white, which this generator cannot stand
    async with serving(library) as service:
        with pytest.raises(Failed):
            await service.stylize(Job(encoded(image, "PNG"), "ash", PNG))
        assert (await service.stylize(Job(giant(), "ash", PNG))).width == 420


async def test_one_giant_of_a_person_at_a_time_and_no_later_than_asked(library: WatchedLibrary) -> None:
    heard: list[Event] = []
    async with serving(library) as service:
        library.gate.clear()
        first = asyncio.create_task(service.stylize(Job(giant(), "ash", PNG, user="one")))
        await until(library.entered.is_set)
        second = asyncio.create_task(service.stylize(Job(giant(), "ash", PNG, user="one"), heard.append))
        with pytest.raises(DeadlinePassed):
            await service.stylize(Job(giant(), "ash", PNG, user="one", deadline_s=0.05))
        assert isinstance(heard[0], Queued)
        library.gate.set()
        assert [(await task).width for task in (first, second)] == [420, 420]


async def test_stopping_tells_whoever_has_a_giant(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        large = asyncio.create_task(service.stylize(Job(giant(600, 400), "ash", PNG)))
        await until(library.entered.is_set)
    with pytest.raises(NotReady):
        await large


@pytest.fixture
def cramped(library: WatchedLibrary) -> WatchedLibrary:
    """A device that has no room for more than 300×300 pixels."""
    load = library.load

    def loaded(style: str, *, device: torch.device | str, dtype: torch.dtype) -> object:
        apply = load(style, device=device, dtype=dtype)

        def refuse(_: object, taken: tuple[Tensor, ...]) -> None:
            if taken[0].shape[2] * taken[0].shape[3] > 300 * 300:
                raise torch.OutOfMemoryError("out of memory")

        apply.module.register_forward_pre_hook(refuse)
        return apply

    library.load = loaded  # type: ignore[method-assign, assignment]  # a real library whose generators are held back
    return library


async def test_a_picture_that_the_device_has_no_room_for_runs_in_tiles(
    cramped: WatchedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.tiles.SMALL_SIDE", 256)
    data = giant(400, 320)
    limits = replace(GIANT, whole_side=2048)
    monkeypatch.setattr("inference.warmup.SIDES", (256,))
    async with serving(cramped, limits) as service:
        result = await service.stylize(Job(data, "ash", PNG))
        assert (result.width, result.height) == (400, 320)
        assert sum(cramped.batches) >= 3
        assert seen(result).std() > 1


def test_a_giant_waits_for_room_and_smaller_ones_do_not_pass_it() -> None:
    async def story() -> list[str]:
        gate, order = Gate(replace(GIANT, tiled_pixels=100)), list[str]()
        leave = {name: asyncio.Event() for name in "abcm"}

        async def visit(name: str, pixels: int) -> None:
            async with gate.through(name, 1, 1.0, lambda _: None, pixels=pixels):
                order.append(name)
                await leave[name].wait()

        async with asyncio.TaskGroup() as group:
            for name, pixels in (("a", 60), ("b", 90), ("c", 10), ("m", 0)):
                group.create_task(visit(name, pixels))
                await asyncio.sleep(0)
            await asyncio.sleep(0.01)
            assert order == ["a", "m"], "what moves has its own room"
            leave["a"].set()
            await asyncio.sleep(0.01)
            for name in "bcm":
                leave[name].set()
        return order

    assert asyncio.run(story()) == ["a", "m", "b", "c"]


async def test_how_large_a_result_may_be_is_the_limits(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        with pytest.raises(InvalidOption, match="16000"):
            await service.stylize(Job(giant(), "ash", Options(max_side=16_001)))


def test_a_jpeg_may_have_more_pixels_than_what_takes_more_memory() -> None:
    limits = replace(GIANT, heavy_pixels=10_000)
    for kind in ("JPEG", "PNG"):
        assert pictures.inspect(encoded(photo(420, 260), kind), limits).width == 420
    with pytest.raises(TooLarge):
        pictures.inspect(encoded(photo(420, 260), "WEBP"), limits)


def test_in_the_queue_a_tile_takes_its_turn_though_one_would_fill_a_batch() -> None:
    """The scheduler's story: a giant's tiles, one at a time, and people who come while one of them runs."""
    limits = Limits(fill_wait_s=0)
    scheduler = Scheduler(limits)
    tile = TileKey("ash", "1", 768, 768, 1)
    light = limits.batch_bytes / limits.batch_jobs

    def submit(user: str, key: Key, bytes_each: float, now: float) -> Waiting:
        return scheduler.submit(Job(b"", "ash", user=user), key, bytes_each, now, follows=user == "giant")

    def next_batch(now: float) -> list[str]:
        batch = scheduler.look(now).batch
        assert batch is not None
        scheduler.started(batch, now)
        scheduler.done(batch, 1.0, len(batch.jobs))
        return [job.user for job in batch.jobs]

    submit("giant", tile, light, 0)
    assert next_batch(0) == ["giant"]
    submit("giant", tile, light, 0)
    for person, side in (("ada", 256), ("bob", 320), ("cy", 400)):
        submit(person, Key("ash", "1", side, side), side * side * 100, 0.1)
    served = [next_batch(0.2) for _ in range(4)]
    assert served[:2] == [["ada"], ["bob"]]  # a round; then the giant has waited longer than cy
    assert served[2:] == [["giant"], ["cy"]]

    submit("giant", tile, 768 * 768 * 272.5, 0.3)  # what it would be, were a tile counted as large as it is
    submit("ada", Key("ash", "1", 256, 256), 256 * 256 * 100, 0.4)
    assert next_batch(0.5) == ["giant"]
