"""One suite for the seam: whoever calls the service cannot tell whether it is in this process or behind HTTP."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image, ImageFilter

from inference.client import RemoteService
from inference.embedded import EmbeddedService
from inference.errors import Busy, DeadlinePassed, InvalidOption, NotReady, ServiceError, UnknownStyle
from inference.job import Crop, Event, Format, Job, Options, Queued, Result, Running
from inference.limits import Limits
from inference.service import Service
from styles.library import Library
from tests.conftest import photo as shipped
from tests.hostile import HOSTILE, ODD, encoded, hostile, odd, photo
from tests.inference.inverting import served
from tests.styles.making import write_pack

pytestmark = pytest.mark.filterwarnings("ignore:(Possibly c|C)orrupt EXIF:UserWarning")  # Pillow's word on some inputs

USUAL = Limits()
Opener = Callable[..., AbstractAsyncContextManager[Service]]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root: Path = tmp_path_factory.mktemp("packs")
    write_pack(root, "tiny", seed=1)
    write_pack(root, "tinted", seed=2)
    return Library.open([root], built_in=root / "none")


@asynccontextmanager
async def embedded(library: Library, limits: Limits = USUAL) -> AsyncIterator[Service]:
    async with EmbeddedService(library, device="cpu", limits=limits) as service:
        yield service


@asynccontextmanager
async def remote(library: Library, limits: Limits = USUAL) -> AsyncIterator[Service]:
    async with (
        embedded(library, limits) as service,
        served(service, "token") as url,
        RemoteService(url, "token") as far,
    ):
        yield far


@pytest.fixture(params=[embedded, remote], ids=["embedded", "remote"])
def opened(request: pytest.FixtureRequest) -> Opener:
    opener: Opener = request.param
    return opener


@pytest.fixture
async def service(opened: Opener, library: Library) -> AsyncIterator[Service]:
    async with opened(library) as service:
        yield service


def job(style: str = "tiny", user: str = "anonymous", **options: Any) -> Job:
    return Job(encoded(photo()), style, Options(**options), user=user)


def shown(result: Result) -> Image.Image:
    image = Image.open(io.BytesIO(result.picture))
    image.load()
    return image


def width_of(picture: bytes) -> int:
    return Image.open(io.BytesIO(picture)).width


async def test_a_photo_comes_back_styled(service: Service) -> None:
    result = await service.stylize(job())
    assert shown(result).size == (result.width, result.height) == (96, 64)
    assert (result.media_type, result.style, result.style_version) == ("image/jpeg", "tiny", "1.2.3")
    assert result.waited_s >= 0
    assert result.ran_s > 0
    assert result.batch_size == 1
    assert np.abs(np.asarray(shown(result)).astype(int) - np.asarray(photo())).mean() > 5


@pytest.mark.parametrize("form", Format)
async def test_the_format_is_the_one_asked_for(service: Service, form: Format) -> None:
    result = await service.stylize(job(format=form))
    assert result.media_type == form.media_type
    assert (shown(result).format or "").lower() == form.value


async def test_strength_zero_is_the_photo_and_less_is_nearer(service: Service) -> None:
    async def distance(strength: float) -> float:
        result = await service.stylize(job(strength=strength, format=Format.PNG))
        return float(np.abs(np.asarray(shown(result)).astype(int) - np.asarray(photo())).mean())

    distances = [await distance(strength) for strength in (0.0, 0.5, 1.0)]
    assert distances[0] < 3 < distances[1] < distances[2]


async def test_keeping_colours_keeps_them(service: Service) -> None:
    async def colours(**options: Any) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
        image = shown(await service.stylize(job(strength=1.0, format=Format.PNG, **options)))
        return np.asarray(image.filter(ImageFilter.BoxBlur(4)).convert("YCbCr"))[..., 1:].astype(int)

    wanted = np.asarray(photo().filter(ImageFilter.BoxBlur(4)).convert("YCbCr"))[..., 1:].astype(int)
    kept, changed = await colours(keep_colours=True), await colours(keep_colours=False)
    assert np.abs(kept - wanted).mean() < np.abs(changed - wanted).mean()


async def test_matched_colours_have_the_photos_mean(service: Service) -> None:
    async def mean(**options: Any) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        result = await service.stylize(job(strength=1.0, format=Format.PNG, **options))
        return np.asarray(np.asarray(shown(result), float).mean(axis=(0, 1)))

    wanted = np.asarray(photo(), float).mean(axis=(0, 1))
    matched, own = await mean(match_colours=True), await mean()
    assert np.abs(matched - wanted).max() < 6 < np.abs(own - wanted).max()


async def test_detail_sharpens(service: Service) -> None:
    async def roughness(detail: float) -> float:
        result = await service.stylize(job(strength=1.0, format=Format.PNG, detail=detail))
        return float(np.abs(np.diff(np.asarray(shown(result).convert("L"), float), axis=1)).mean())

    assert await roughness(1.0) > 1.02 * await roughness(0.0)


async def test_a_small_face_is_painted_apart_and_nothing_else_is(service: Service) -> None:
    async def result(*, faces: bool) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
        options = Options(format=Format.PNG, faces=faces)
        return np.asarray(shown(await service.stylize(Job(shipped("astronaut"), "tiny", options)))).astype(int)

    plain, treated = await result(faces=False), await result(faces=True)
    rows, columns = np.nonzero(np.abs(treated - plain).max(axis=2) > 2)
    assert len(rows) > 1000
    assert 100 < columns.min() < columns.max() < 340
    assert 0 < rows.min() < rows.max() < 240


async def test_size_crop_and_mark_are_obeyed(service: Service) -> None:
    wide = Job(encoded(photo(640, 320)), "tiny", Options(max_side=320, mark=True))
    result = await service.stylize(wide)
    assert (result.width, result.height) == (320, 160)
    square = await service.stylize(Job(wide.picture, "tiny", Options(max_side=200, crop=Crop.AVATAR)))
    assert (square.width, square.height) == (200, 200)


async def test_progress_says_queued_then_running(service: Service) -> None:
    events: list[Event] = []
    await service.stylize(job(), events.append)
    assert isinstance(events[0], Queued)
    assert events[0].position >= 1
    assert events[0].eta_s >= 0
    assert events[-1] == Running()
    assert events.count(Running()) == 1


async def test_unknown_styles_are_refused_with_the_nearest(service: Service) -> None:
    nearest = {"tinny": "tiny", "tinte": "tinted", "zzzzzz": None}
    for name in (*nearest, "TINY", "../tiny", "", "浮世绘"):
        with pytest.raises(UnknownStyle) as refusal:
            await service.stylize(job(name))
        assert refusal.value.style == name
        assert refusal.value.suggestion == nearest.get(name, refusal.value.suggestion)


async def test_options_out_of_range_are_refused(service: Service) -> None:
    wrong: tuple[dict[str, Any], ...] = ({"strength": -0.1}, {"strength": 1.1}, {"max_side": 0}, {"max_side": 100_000})
    for options in wrong:
        with pytest.raises(InvalidOption):
            await service.stylize(job(**options))


async def test_hostile_pictures_are_refused_and_the_service_stays_up_in_bounded_memory(service: Service) -> None:
    await service.stylize(job())
    before = psutil.Process().memory_info().rss
    for name, (_, code) in HOSTILE.items():
        with pytest.raises(ServiceError) as refusal:
            await service.stylize(Job(hostile(name), "tiny"))
        assert refusal.value.code == code, name
    assert (await service.stylize(job())).picture
    assert psutil.Process().memory_info().rss - before < 100_000_000


async def test_odd_pictures_are_styled(service: Service) -> None:
    for name in ODD:
        assert shown(await service.stylize(Job(odd(name), "tiny", Options(still=True)))).format == "JPEG", name


async def test_a_deadline_that_has_passed_is_told(service: Service) -> None:
    with pytest.raises(DeadlinePassed):
        await service.stylize(Job(encoded(photo()), "tiny", deadline_s=1e-9))


async def test_many_people_and_styles_are_all_answered(service: Service) -> None:
    jobs = [job(("tiny", "tinted")[n % 2], f"test:{n % 5}", max_side=64 + 16 * (n % 3)) for n in range(24)]
    results = await asyncio.gather(*(service.stylize(one) for one in jobs))
    assert [result.style for result in results] == [one.style for one in jobs]
    assert [result.width for result in results] == [one.options.max_side for one in jobs]


async def test_cancelling_one_harms_nobody(service: Service) -> None:
    tasks = [asyncio.create_task(service.stylize(job(user=f"test:{n}"))) for n in range(12)]
    await asyncio.sleep(0.01)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, Result) for outcome in outcomes[1::2])
    assert all(isinstance(outcome, Result | asyncio.CancelledError) for outcome in outcomes)


async def test_a_full_queue_refuses_at_once_and_says_when_to_return(opened: Opener, library: Library) -> None:
    async with opened(library, Limits(queue_jobs=2, user_jobs=2)) as service:
        calls = (service.stylize(job(user=f"test:{n}")) for n in range(30))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        refused = [outcome for outcome in outcomes if isinstance(outcome, Busy)]
        assert len(refused) + sum(isinstance(outcome, Result) for outcome in outcomes) == 30
        assert 0 < len(refused) < 30
        assert all(0 < refusal.retry_after_s < 60 for refusal in refused)


async def test_styles_preview_and_sheet(service: Service) -> None:
    styles = await service.styles()
    assert {style.id for style in styles} == {"tiny", "tinted"}
    assert dict(styles[0].title) == {"en": "Tiny", "zh": "小"}
    assert (styles[0].version, styles[0].takes, styles[0].licence) == ("1.2.3", "photo", "CC0-1.0")
    assert (await service.preview("tiny")).startswith(b"\xff\xd8")
    assert (await service.sheet()).startswith(b"\xff\xd8")
    one, both = await service.sheet(["tinted"]), await service.sheet(["tinted", "tiny"])
    assert width_of(one) < width_of(both) == width_of(await service.sheet())
    with pytest.raises(UnknownStyle):
        await service.sheet(["tiny", "tinny"])
    with pytest.raises(UnknownStyle) as refusal:
        await service.preview("tinny")
    assert refusal.value.suggestion == "tiny"


async def test_whoever_waits_when_it_stops_hears_not_ready(opened: Opener, library: Library) -> None:
    async with opened(library) as service:
        tasks = [asyncio.create_task(service.stylize(job(max_side=96, user=f"test:{n}"))) for n in range(20)]
        await asyncio.sleep(0.02)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, Result | NotReady | asyncio.CancelledError) for outcome in outcomes)
    with pytest.raises(NotReady):
        await service.stylize(job())


async def test_both_give_the_same_picture(library: Library) -> None:
    async with embedded(library) as near, remote(library) as far:
        assert (await near.stylize(job())).picture == (await far.stylize(job())).picture
