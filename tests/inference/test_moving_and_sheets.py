"""What moves, and one photo in several styles: the same in this process and behind HTTP."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.embedded import EmbeddedService
from inference.errors import (
    Busy,
    DeadlinePassed,
    Failed,
    InvalidOption,
    NotReady,
    ServiceError,
    TooManyFrames,
    UnknownStyle,
)
from inference.job import Crop, Event, Format, Job, Options, Queued, Result, Running
from inference.limits import Limits
from inference.service import Service
from styles.library import Library
from tests.hostile import encoded, gif, photo
from tests.inference.animated import SHOWN_MS, animated, moving, wandering
from tests.inference.watched import WHITE, WatchedLibrary, near_or_far, until_entered, watching
from tests.styles.making import write_pack

PHOTO = encoded(photo())
USUAL = Limits(fill_wait_s=0)
ONE = Limits(batch_jobs=1, fill_wait_s=0)


@pytest.fixture
def library(tmp_path: Path) -> WatchedLibrary:
    for seed, style in enumerate(("birch", "cedar"), start=2):
        write_pack(tmp_path, style, seed=seed)
    return WatchedLibrary(tmp_path, "ash")


def serving(library: Library, limits: Limits = USUAL) -> AbstractAsyncContextManager[EmbeddedService]:
    return watching(library, limits)


@pytest.fixture(params=["embedded", "remote"])
async def service(request: pytest.FixtureRequest, library: WatchedLibrary) -> AsyncIterator[Service]:
    async with near_or_far(request.param, serving(library)) as either:
        yield either


def seen(result: Result) -> Image.Image:
    image = Image.open(io.BytesIO(result.picture))
    image.load()
    return image


@pytest.mark.parametrize(("kind", "media_type"), [("GIF", "image/gif"), ("WEBP", "image/webp")])
async def test_what_moves_comes_back_moving(service: Service, kind: str, media_type: str) -> None:
    heard: list[Event] = []
    result = await service.stylize(Job(animated(kind), "ash"), heard.append)
    assert (result.media_type, result.frames, result.style_version) == (media_type, 4, "1.2.3")
    frames, shown_ms = moving(result.picture)
    assert shown_ms == list(SHOWN_MS)
    assert frames.shape[1:3] == (result.height, result.width) == (64, 96)
    assert np.abs(np.diff(frames, axis=0)).max() > 20
    assert [type(event) for event in heard] == [Queued, Running]
    assert result.ran_s > 0


async def test_its_first_frame_alone_is_a_picture_like_any_other(service: Service) -> None:
    for options in (Options(still=True), Options(crop=Crop.AVATAR, max_side=64)):
        result = await service.stylize(Job(animated("GIF"), "ash", options))
        assert (result.media_type, result.frames) == ("image/jpeg", 1)


async def test_what_moves_for_too_long_is_refused_and_its_first_frame_is_not(service: Service) -> None:
    with pytest.raises(TooManyFrames):
        await service.stylize(Job(gif(61), "ash"))
    assert (await service.stylize(Job(gif(61), "ash", Options(still=True)))).frames == 1


async def test_how_long_it_may_be_is_the_owners(library: WatchedLibrary) -> None:
    async with EmbeddedService(library, device="cpu", limits=Limits(moving_frames=3)) as service:
        with pytest.raises(TooManyFrames):
            await service.stylize(Job(animated("GIF"), "ash"))


async def test_a_picture_goes_between_the_frames_of_others(library: WatchedLibrary) -> None:
    """However long it is, somebody else waits for two of its frames at most: one that runs, one that is next."""
    async with serving(library, ONE) as service:
        library.gate.clear()
        long = asyncio.create_task(service.stylize(Job(gif(40), "ash", user="long")))
        await until_entered(library)
        short = asyncio.create_task(service.stylize(Job(PHOTO, "ash", user="short")))
        await asyncio.sleep(0.1)
        library.gate.set()
        await short
        assert len(library.batches) < 12
        assert not long.done()
        assert (await long).frames >= 1
        assert len(library.batches) == 41


async def test_an_animation_that_is_cancelled_stops_between_frames(library: WatchedLibrary) -> None:
    async with serving(library, ONE) as service:
        library.gate.clear()
        long = asyncio.create_task(service.stylize(Job(gif(40), "ash")))
        await until_entered(library)
        long.cancel()
        library.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await long
        await service.stylize(Job(PHOTO, "ash"))
        assert len(library.batches) <= 4
        assert service.metrics.cancelled._value.get() == 1


async def test_one_person_moves_one_thing_at_a_time_and_hears_where_the_next_stands(library: WatchedLibrary) -> None:
    heard: list[Event] = []
    async with serving(library) as service:
        library.gate.clear()
        first = asyncio.create_task(service.stylize(Job(animated("GIF"), "ash", user="one")))
        await until_entered(library)
        second = asyncio.create_task(service.stylize(Job(animated("GIF"), "ash", user="one"), heard.append))
        late = asyncio.create_task(service.stylize(Job(animated("GIF"), "ash", user="one", deadline_s=0.05)))
        other = asyncio.create_task(service.stylize(Job(animated("GIF"), "ash", user="other")))
        with pytest.raises(DeadlinePassed):
            await late
        library.gate.set()
        assert [(await task).frames for task in (first, second, other)] == [4, 4, 4]
    assert isinstance(heard[0], Queued)
    assert heard[0].position == 2
    assert heard[-1] == Running()


async def test_too_many_that_wait_to_move_are_refused(library: WatchedLibrary) -> None:
    async with serving(library, replace(USUAL, user_jobs=2)) as service:
        library.gate.clear()
        tasks = [asyncio.create_task(service.stylize(Job(animated("GIF"), "ash", user="one"))) for _ in range(6)]
        await until_entered(library)
        await asyncio.sleep(0.05)
        library.gate.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Busy"] * 3 + ["Result"] * 3


async def test_a_frame_that_fails_fails_the_animation(library: WatchedLibrary) -> None:
    frames = [*wandering(3), Image.fromarray(WHITE)]
    async with serving(library) as service:
        with pytest.raises(Failed):
            await service.stylize(Job(animated("GIF", frames), "ash"))
        assert (await service.stylize(Job(animated("GIF"), "ash"))).frames == 4


async def test_stopping_tells_whoever_moves(library: WatchedLibrary) -> None:
    async with serving(library, ONE) as service:
        long = asyncio.create_task(service.stylize(Job(gif(40), "ash")))
        await until_entered(library)
    with pytest.raises(NotReady):
        await long


async def test_several_styles_are_one_numbered_sheet(service: Service) -> None:
    heard: list[Event] = []
    result = await service.stylize(Job(PHOTO, "ash,birch, cedar"), heard.append)
    assert (result.style, result.style_version) == ("ash,birch,cedar", "1.2.3,1.2.3,1.2.3")
    assert seen(result).size == (result.width, result.height)
    assert result.media_type == "image/jpeg"
    assert b"ash 1.2.3, birch 1.2.3, cedar 1.2.3" in result.picture
    assert [type(event) for event in heard][-1] is Running
    assert heard.count(Running()) == 1
    assert all(isinstance(event, Queued) and event.position >= 1 for event in heard[:-1])
    assert result.waited_s >= 0
    assert result.ran_s > 0


async def test_a_sheet_is_in_the_order_asked_for_and_as_the_options_say(service: Service) -> None:
    one = seen(await service.stylize(Job(PHOTO, "ash,birch", Options(format=Format.PNG))))
    other = seen(await service.stylize(Job(PHOTO, "birch,ash", Options(format=Format.PNG))))
    marked = seen(await service.stylize(Job(PHOTO, "ash,birch", Options(format=Format.PNG, mark=True))))
    assert one.format == "PNG"
    cells = np.array([np.asarray(each, float)[60:200, [120, 468]] for each in (one, other)])  # the same place in both
    assert np.abs(cells[0] - cells[1]).max() > 10
    assert np.abs(cells[0] - cells[1][:, ::-1]).mean() < 2
    assert one.size == marked.size
    assert one.tobytes() != marked.tobytes()


async def test_of_what_moves_a_sheet_shows_the_first_frame(service: Service) -> None:
    assert (await service.stylize(Job(animated("GIF"), "ash,birch"))).frames == 1


async def test_what_cannot_be_a_sheet_is_refused(service: Service) -> None:
    wrong: tuple[tuple[str, type[ServiceError]], ...] = (
        ("ash,brich", UnknownStyle),
        ("ash,", UnknownStyle),
        (",".join(["ash"] * 25), InvalidOption),
    )
    for style, kind in wrong:
        with pytest.raises(kind):
            await service.stylize(Job(PHOTO, style))


async def test_a_style_that_fails_is_crossed_out_and_if_all_do_the_error_is_told(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        whole = await service.stylize(Job(PHOTO, "ash,birch"))
        (library.roots[0] / "cedar" / "weights.safetensors").write_bytes(b"rotten")
        crossed = await service.stylize(Job(PHOTO, "ash,cedar"))
        assert seen(crossed).size == seen(whole).size
        library.out_of_order = True
        with pytest.raises(Failed):
            await service.stylize(Job(PHOTO, "ash,birch"))
        with pytest.raises(ServiceError, match="cedar"):
            await service.stylize(Job(PHOTO, "cedar,ash"))


async def test_cancelling_a_sheet_cancels_all_of_it(library: WatchedLibrary) -> None:
    async with serving(library, ONE) as service:
        library.gate.clear()
        sheet = asyncio.create_task(service.stylize(Job(PHOTO, "ash,birch,cedar")))
        await until_entered(library)
        sheet.cancel()
        library.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await sheet
        await service.stylize(Job(PHOTO, "ash"))
        assert len(library.batches) <= 3  # one that ran, one that was next perhaps, and this


async def test_a_sheet_that_the_queue_has_no_room_for_leaves_nothing_in_it(library: WatchedLibrary) -> None:
    async with serving(library, replace(USUAL, user_jobs=2)) as service:
        library.gate.clear()
        holder = asyncio.create_task(service.stylize(Job(PHOTO, "ash", user="holder")))
        await until_entered(library)
        with pytest.raises(Busy):
            await service.stylize(Job(PHOTO, "ash,birch,cedar", user="one"))
        after = asyncio.create_task(service.stylize(Job(PHOTO, "ash,birch", user="one")))
        await asyncio.sleep(0.02)
        library.gate.set()
        assert (await holder).style == "ash"
        assert (await after).style == "ash,birch"
