"""In the style of a picture: its code is made once, mixes with others, and holds nobody's batch apart."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from inference.embedded import EmbeddedService
from inference.errors import BadReference, InvalidOption, ReferenceMissing, ServiceError
from inference.job import Event, Format, Job, Options, Reference, Result, Running
from inference.limits import Limits
from inference.service import Service
from styles import pack
from styles.library import Library
from styles.networks.arbitrary import STATISTICS, ArbitraryNet
from styles.networks.bands import COUNT
from tests.conftest import photo as shipped
from tests.hostile import HOSTILE, ODD, encoded, hostile, odd, photo
from tests.inference.animated import animated, moving
from tests.inference.watched import WatchedLibrary, near_or_far, until_entered, watching
from tests.styles.making import PREVIEW, card, generator, write_pack

pytestmark = pytest.mark.filterwarnings("ignore:(Possibly c|C)orrupt EXIF:UserWarning")  # Pillow's word on some inputs

PHOTO = encoded(photo())
CODE_BYTES = 4 * (COUNT + STATISTICS)
PNG = Options(format=Format.PNG)
USUAL = Limits(fill_wait_s=0, batch_bytes=1 << 30)

Pixels = NDArray[np.int64]


def drawn(number: int, width: int = 64, height: int = 48) -> bytes:
    """One of as many style pictures as there are numbers."""
    colours = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
    return encoded(Image.fromarray(colours).resize((width, height), Image.Resampling.NEAREST), "PNG")


def job(*numbers: int, style: str = "like", user: str = "someone", weights: tuple[float, ...] = ()) -> Job:
    pairs = zip(numbers, weights or [1.0] * len(numbers), strict=True)
    references = tuple(Reference(drawn(number), weight) for number, weight in pairs)
    return Job(PHOTO, style, PNG, user=user, references=references)


def pixels(result: Result) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(result.picture)).convert("RGB")).astype(int)


def apart(one: Result, other: Result) -> float:
    return float(np.abs(pixels(one) - pixels(other)).mean())


@pytest.fixture
def library(tmp_path: Path) -> WatchedLibrary:
    """``like`` and ``alike`` take a style picture, ``ash`` takes none."""
    for seed, style in enumerate(("alike", "like")):
        write_responsive(tmp_path, style, seed)
    return WatchedLibrary(tmp_path, "ash")


def write_responsive(root: Path, style: str, seed: int) -> None:
    """Weights by chance hardly heed the style picture; here they are made to."""
    module = generator("arbitrary", seed)
    assert isinstance(module, ArbitraryNet)
    with torch.no_grad():
        module.tune.weight.mul_(20)
    pack.write(root / style, card(style, "arbitrary"), module, PREVIEW, {})


def serving(library: Library, limits: Limits = USUAL) -> AbstractAsyncContextManager[EmbeddedService]:
    return watching(library, limits)


@pytest.fixture(params=["embedded", "remote"])
async def service(request: pytest.FixtureRequest, library: WatchedLibrary) -> AsyncIterator[Service]:
    async with near_or_far(request.param, serving(library)) as either:
        yield either


def count(service: EmbeddedService, name: str) -> float:
    return service.metrics.registry.get_sample_value(f"atelier_code_{name}") or 0.0


async def test_the_style_picture_decides_and_strength_works_as_ever(service: Service) -> None:
    heard: list[Event] = []
    one, other = await service.stylize(job(1), heard.append), await service.stylize(job(2))
    assert pixels(one).shape == (64, 96, 3)
    assert apart(one, other) > 3
    assert heard[-1] == Running()
    half = await service.stylize(replace(job(1), options=replace(PNG, strength=0.5)))
    plain = np.asarray(photo().convert("RGB")).astype(int)
    assert np.abs(pixels(half) - (pixels(one) + plain) / 2).mean() <= 2  # the photo is a JPEG


async def test_a_mix_lies_between_and_heavier_is_nearer(service: Service) -> None:
    one, other = await service.stylize(job(1)), await service.stylize(job(2))
    even, heavy = await service.stylize(job(1, 2)), await service.stylize(job(1, 2, weights=(3, 1)))
    alone = await service.stylize(job(1, 2, weights=(1, 1e-6)))
    assert apart(even, one) < apart(one, other)
    assert apart(even, other) < apart(one, other)
    assert apart(heavy, one) < apart(even, one)
    assert apart(alone, one) < 0.1
    assert apart(await service.stylize(job(1, 1, 1)), one) < 0.1


async def test_what_goes_with_which_style_is_said(service: Service) -> None:
    wrong: tuple[tuple[Job, type[ServiceError]], ...] = (
        (job(), ReferenceMissing),
        (job(style="like,ash"), ReferenceMissing),
        (job(1, style="ash"), InvalidOption),
        (job(1, 2, 3, 4), InvalidOption),
        (job(1, weights=(0.0,)), InvalidOption),
        (job(1, weights=(-1.0,)), InvalidOption),
    )
    for asked, kind in wrong:
        with pytest.raises(kind):
            await service.stylize(asked)
    assert {info.id: info.takes for info in await service.styles()} == {
        "alike": "photo+reference",
        "ash": "photo",
        "like": "photo+reference",
    }


@pytest.mark.parametrize("weight", [float("nan"), float("inf")])
async def test_a_weight_that_is_no_number_is_refused(service: Service, weight: float) -> None:
    with pytest.raises(InvalidOption):
        await service.stylize(job(1, 2, weights=(weight, 1.0)))


async def test_a_style_picture_that_cannot_be_used_is_told_apart_from_the_photo(service: Service) -> None:
    for name in HOSTILE:
        with pytest.raises(BadReference, match="The style picture cannot be used"):
            await service.stylize(Job(PHOTO, "like", references=(Reference(hostile(name)),)))
    one_pixel = encoded(Image.new("RGB", (1, 1)), "PNG")
    with pytest.raises(BadReference, match="1×1 pixels"):
        await service.stylize(Job(PHOTO, "like", references=(Reference(drawn(1)), Reference(one_pixel))))
    with pytest.raises(ServiceError) as refusal:
        await service.stylize(Job(b"", "like", references=(Reference(drawn(1)),)))
    assert refusal.value.code == "not_a_picture"


async def test_odd_style_pictures_are_used(service: Service) -> None:
    grey = encoded(Image.new("L", (64, 64), 128), "PNG")
    for data in (grey, animated("GIF"), *(odd(name) for name in ODD)):
        assert (await service.stylize(Job(PHOTO, "like", references=(Reference(data),)))).width == 96


async def test_a_broken_style_picture_fails_its_own_job_alone(library: WatchedLibrary) -> None:
    """Its header is sound, so that it gets as far as the batch."""
    torn = Reference(drawn(7, 512, 512)[:900])
    async with serving(library) as service:
        library.gate.clear()
        holder = asyncio.create_task(service.stylize(job(style="ash")))
        await until_entered(library)
        asked = [replace(job(1), references=(torn,)), job(2), job(3)]
        heard: list[set[object]] = [set() for _ in asked]
        tasks = [asyncio.create_task(service.stylize(one, ears.add)) for one, ears in zip(asked, heard, strict=True)]
        while not all(heard):  # in the queue, each of them
            await asyncio.sleep(0.01)
        library.gate.set()
        await holder
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(outcomes[0], BadReference)
        assert all(isinstance(one, Result) for one in outcomes[1:])  # together or not: one may be chosen ahead
        with pytest.raises(BadReference):  # and is not kept
            await service.stylize(asked[0])


async def test_32_different_style_pictures_run_together_and_each_gets_its_own(library: WatchedLibrary) -> None:
    """Mixed with plain jobs, in whatever order they come; alone or in company, the result is the same."""
    async with serving(library, replace(USUAL, queue_jobs=200)) as service:
        alone = [await service.stylize(job(number)) for number in range(4)]
        library.gate.clear()
        library.batches.clear()
        library.entered.clear()
        holder = asyncio.create_task(service.stylize(job(style="ash", user="holder")))
        await until_entered(library)
        mixed = [job(n, user=f"test:{n}") if n < 32 else job(style="ash", user=f"test:{n}") for n in range(40)]
        mixed = mixed[::2] + mixed[1::2]
        tasks = [asyncio.create_task(service.stylize(one)) for one in mixed]
        await asyncio.sleep(0.3)
        library.gate.set()
        await holder
        together = dict(zip(mixed, await asyncio.gather(*tasks), strict=True))
    assert sum(library.batches) == 41
    assert len(library.batches) <= 6, "four, and one more for each style whose first was taken before others came"
    for number, before in enumerate(alone):
        after = together[job(number, user=f"test:{number}")]
        assert np.abs(pixels(after) - pixels(before)).max() <= 1
    liked = [after for one, after in together.items() if one.references]
    assert max(after.batch_size for after in liked) == 16
    assert len({after.picture for after in liked}) == 32


async def test_a_picture_is_encoded_once_for_everybody(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        asked = [job(1, user=f"test:{n}") for n in range(6)]
        at_once = await asyncio.gather(*(service.stylize(one) for one in asked))
        later = await service.stylize(replace(job(1, 2), options=replace(PNG, max_side=64)))
        assert library.encoded == [(48, 64), (48, 64)]
        assert (count(service, "misses_total"), count(service, "hits_total")) == (2, 6)
        assert count(service, "bytes") == 2 * CODE_BYTES
        assert len({one.picture for one in at_once}) == 1
        assert later.width == 64
        await service.stylize(job(1, style="alike"))  # another style sees it with other eyes
        assert len(library.encoded) == 3


async def test_kept_codes_are_bounded_and_the_least_used_leaves(library: WatchedLibrary) -> None:
    bounds = ({"codes": 2}, {"code_bytes": 2 * CODE_BYTES})
    for bound in bounds:
        async with serving(library, replace(USUAL, **bound)) as service:
            for number in (1, 2, 1, 3, 1, 2):
                await service.stylize(job(number))
            assert len(library.encoded) == 4, bound  # 1, 2, 3, and 2 again
            assert count(service, "bytes") == 2 * CODE_BYTES


async def test_codes_of_a_style_that_was_removed_or_replaced_are_forgotten(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        before = await service.stylize(job(1))
        await service.stylize(job(1, style="alike"))
        write_responsive(library.roots[0], "like", seed=9)
        await service.rescan()
        assert count(service, "bytes") == CODE_BYTES
        assert apart(await service.stylize(job(1)), before) > 1
        assert len(library.encoded) == 3


async def test_large_style_pictures_are_looked_at_small_and_in_their_shape(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        for width, height in ((1024, 768), (600, 2000), (4000, 300), (40, 30)):
            await service.stylize(Job(PHOTO, "like", references=(Reference(drawn(1, width, height)),)))
    assert library.encoded == [(384, 512), (1152, 352), (96, 1152), (32, 48)]  # sides are multiples of 16


async def test_what_moves_has_one_code_for_all_frames(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        result = await service.stylize(Job(animated("GIF"), "like", references=job(1).references))
        frames, _ = moving(result.picture)
        assert (result.frames, len(frames)) == (4, 4)
        assert len(library.encoded) == 1


async def test_a_sheet_gives_style_pictures_to_those_who_take_them(service: Service, library: WatchedLibrary) -> None:
    result = await service.stylize(job(1, style="like,ash,alike"))
    assert result.style == "like,ash,alike"
    assert len(library.encoded) == 2
    other = await service.stylize(job(2, style="like,ash,alike"))
    changed = np.abs(pixels(result) - pixels(other)).max(axis=(0, 2)) > 8  # by columns of the sheet
    thirds = [bool(part.any()) for part in np.array_split(changed, 3)]
    assert thirds == [True, False, True]


async def test_faces_are_painted_with_the_code_of_their_own_picture(library: WatchedLibrary) -> None:
    portrait = Job(shipped("astronaut"), "like", replace(PNG, max_side=512), references=job(1).references)
    async with serving(library) as service:
        alone = await service.stylize(portrait)
        assert len(library.batches) == 2  # the photo and its face
        both = await asyncio.gather(
            service.stylize(portrait), service.stylize(replace(portrait, references=job(2).references))
        )
    assert np.abs(pixels(both[0]) - pixels(alone)).max() <= 2
    assert apart(both[0], both[1]) > 3


async def test_waiting_style_pictures_count_in_the_queue_once(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        library.gate.clear()
        holder = asyncio.create_task(service.stylize(job(style="ash")))
        await until_entered(library)
        one = job(1, style="like,alike")
        waiting = asyncio.create_task(service.stylize(one))
        await asyncio.sleep(0.1)
        held = service.metrics.registry.get_sample_value("atelier_queue_bytes")
        library.gate.set()
        await asyncio.gather(holder, waiting)
    assert held in (one.held_bytes, 0)  # 0 where its first part was chosen ahead


async def test_a_service_whose_first_style_takes_a_picture_warms_up_with_it(tmp_path: Path) -> None:
    write_pack(tmp_path, "alike", "microast")
    library = WatchedLibrary(tmp_path)
    async with EmbeddedService(library, device="cpu") as service:
        assert library.encoded == [(256, 256), (512, 512)]
        assert (await service.stylize(job(1, style="alike"))).style == "alike"
