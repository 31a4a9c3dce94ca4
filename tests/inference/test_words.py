"""A picture made of words: the same again for the same words and seed, many in one batch, and never of a photo."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from inference.embedded import EmbeddedService
from inference.errors import DeadlinePassed, InvalidOption, NotAPicture, ServiceError, UnknownWords
from inference.http import wire
from inference.job import MOST_SEED, MOST_WORDS, Crop, Event, Format, Job, Options, Queued, Reference, Result, Running
from inference.limits import Limits
from inference.service import Service
from styles.library import Library
from tests.hostile import encoded, photo
from tests.inference.imagined import SIDE, write_theme
from tests.inference.inverting import served
from tests.inference.watched import WatchedLibrary, near_or_far, until_entered, watching
from tests.styles.making import write_pack

PHOTO = encoded(photo())
PNG = Options(format=Format.PNG)
USUAL = Limits(fill_wait_s=0, batch_bytes=1 << 30)


def job(words: str = "misty harbour", seed: int = 0, user: str = "someone", style: str = "theme") -> Job:
    return Job(b"", style, PNG, user=user, words=words, seed=seed)


def pixels(result: Result) -> NDArray[np.int64]:
    return np.asarray(Image.open(io.BytesIO(result.picture)).convert("RGB")).astype(int)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``theme`` makes pictures of words, ``ash`` restyles photos."""
    folder = tmp_path_factory.mktemp("packs")
    write_theme(folder)
    write_pack(folder, "ash")
    return folder


@pytest.fixture
def library(root: Path) -> WatchedLibrary:
    return WatchedLibrary(root)


def serving(library: Library, limits: Limits = USUAL) -> AbstractAsyncContextManager[EmbeddedService]:
    return watching(library, limits)


@pytest.fixture(params=["embedded", "remote"])
async def service(request: pytest.FixtureRequest, library: WatchedLibrary) -> AsyncIterator[Service]:
    async with near_or_far(request.param, serving(library)) as either:
        yield either


async def test_the_same_words_and_seed_make_the_same_picture_and_others_another(service: Service) -> None:
    heard: list[Event] = []
    first = await service.stylize(job(), heard.append)
    assert (first.width, first.height, first.media_type) == (512, 512, "image/png")
    assert pixels(first).shape == (512, 512, 3)
    assert pixels(first).std() > 5
    assert isinstance(heard[0], Queued)
    assert heard[-1] == Running()
    assert (await service.stylize(job(user="somebody else"))).picture == first.picture
    for other in (job(seed=1), job(seed=MOST_SEED), job("sea at night"), job("雾中的海")):
        assert np.abs(pixels(await service.stylize(other)) - pixels(first)).mean() > 1


async def test_near_and_far_make_the_same_picture(library: WatchedLibrary) -> None:
    async with serving(library) as near, near_or_far("remote", serving(library)) as far:
        assert (await near.stylize(job())).picture == (await far.stylize(job())).picture


async def test_a_picture_is_as_large_as_is_asked_for_and_runs_as_its_network_likes_it(library: WatchedLibrary) -> None:
    """So those who want it small share a batch with those who want it large."""
    async with serving(library) as service:
        small = await service.stylize(replace(job(), options=replace(PNG, max_side=96)))
        large = await service.stylize(job())
        assert (small.width, small.height, large.width) == (96, 96, 512)
        again = Image.open(io.BytesIO(large.picture)).convert("RGB").resize((96, 96), Image.Resampling.BICUBIC)
        assert np.abs(pixels(small) - np.asarray(again).astype(int)).mean() < 4
    assert library.batches == [1, 1]
    assert library.sizes == [(SIDE, SIDE)] * 2


async def test_nothing_is_taken_from_a_photo_that_is_not_there(service: Service) -> None:
    asked = Options(0.2, keep_colours=True, format=Format.PNG, crop=Crop.AVATAR, match_colours=True, detail=1.0)
    plain, odd = await service.stylize(job()), await service.stylize(replace(job(), options=replace(asked, faces=True)))
    assert odd.picture == plain.picture
    marked = await service.stylize(replace(job(), options=replace(asked, mark=True)))
    changed = np.argwhere(np.abs(pixels(marked) - pixels(plain)).max(axis=2) > 8)
    assert changed.min(axis=0).min() > 256  # in the corner, as on a photo


async def test_the_label_says_that_there_was_no_photo(service: Service) -> None:
    for form in Format:
        made = await service.stylize(replace(job(), options=Options(format=form)))
        assert b"digitalsourcetype/trainedAlgorithmicMedia<" in made.picture, form
        styled = await service.stylize(Job(PHOTO, "ash", Options(format=form)))
        assert b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia<" in styled.picture, form
    made = await service.stylize(job("misty harbour of the secret"))
    assert b"secret" not in made.picture


async def test_what_cannot_be_made_a_picture_of_is_said(service: Service) -> None:
    wrong: tuple[tuple[Job, type[ServiceError], str], ...] = (
        (job(""), InvalidOption, "words must be text of 1 to 200"),
        (job("  \n "), InvalidOption, "words must be text of 1 to 200"),
        (job("sea " * (MOST_WORDS // 4) + "!"), InvalidOption, "words must be text of 1 to 200"),
        (job(seed=-1), InvalidOption, "seed must be a whole number"),
        (job(seed=MOST_SEED + 1), InvalidOption, "seed must be a whole number"),
        (job(style="ash"), InvalidOption, "paints a photo"),
        (replace(job(style="ash"), picture=PHOTO), InvalidOption, "paints a photo"),
        (replace(job(), picture=PHOTO), InvalidOption, "of words, not of a photo"),
        (Job(PHOTO, "theme"), InvalidOption, "of words, not of a photo"),
        (Job(b"", "ash"), NotAPicture, "empty"),
        (replace(job(), references=(Reference(PHOTO),)), InvalidOption, "takes no style picture"),
        (replace(job(), options=replace(PNG, max_side=1)), InvalidOption, "max_side"),
        (replace(job(), deadline_s=1e-9), DeadlinePassed, "time"),
    )
    for asked, kind, sentence in wrong:
        with pytest.raises(kind, match=sentence):
            await service.stylize(asked)
    assert (await service.stylize(job("海" * MOST_WORDS))).width == 512


async def test_half_a_character_is_no_text(library: WatchedLibrary) -> None:
    async with serving(library) as service:
        with pytest.raises(InvalidOption):
            await service.stylize(job("sea \ud83d"))


async def test_who_says_nothing_that_is_known_is_told_words_that_are(service: Service, tmp_path: Path) -> None:
    for text in ("qwertz", "!?", "harbour"):  # the last is a word, but not one of this generator's
        with pytest.raises(UnknownWords) as refusal:
            await service.stylize(job(text))
        assert refusal.value.known == ("sea", "night", "misty")
        assert refusal.value.message == "None of these words is known here; try sea, night, misty."
    many = "sea,harbour,lake,river,mountain,hill,forest,meadow,desert,island,city,village,garden,dawn,day,sunset,night"
    write_theme(tmp_path / "more", "rich", words=many)
    async with serving(Library.open([tmp_path / "more"], built_in=tmp_path / "none")) as rich:
        with pytest.raises(UnknownWords) as refusal:
            await rich.stylize(job("qwertz", style="rich"))
        assert len(refusal.value.known) == 12
        assert {"sea", "sunset"} <= set(refusal.value.known) < set(many.split(","))


async def test_a_generator_that_knows_no_words_makes_something_of_any(tmp_path: Path) -> None:
    write_theme(tmp_path, words="")
    async with serving(Library.open([tmp_path], built_in=tmp_path / "none")) as service:
        one, other = await service.stylize(job("qwertz")), await service.stylize(job("asdf"))
        assert (await service.stylize(job("qwertz"))).picture == one.picture
        assert np.abs(pixels(one) - pixels(other)).mean() > 1


async def test_many_words_run_together_and_each_gets_its_own(library: WatchedLibrary) -> None:
    """Mixed with photos, in whatever order they come; alone or in company, the result is the same, but for rounding."""
    texts = ["sea", "night", "misty", "misty sea", "sea at night", "misty night", "海", "雾"]
    async with serving(library) as service:
        alone = [await service.stylize(job(text, seed)) for seed, text in enumerate(texts)]
        library.gate.clear()
        library.batches.clear()
        library.entered.clear()
        holder = asyncio.create_task(service.stylize(Job(PHOTO, "ash", user="holder")))
        await until_entered(library)
        of_words = [job(text, seed, user=f"test:{seed}") for seed, text in enumerate(texts)]
        of_photos = [Job(PHOTO, "ash", PNG, user=f"other:{number}") for number in range(4)]
        mixed = [*of_words[::2], *of_photos, *of_words[1::2]]
        tasks = [asyncio.create_task(service.stylize(one)) for one in mixed]
        await asyncio.sleep(0.2)
        library.gate.set()
        await holder
        together = dict(zip(mixed, await asyncio.gather(*tasks), strict=True))
    for asked, before in zip(of_words, alone, strict=True):
        assert np.abs(pixels(together[asked]) - pixels(before)).mean() < 1
    assert sorted(library.batches) == [1, 4, 8]
    assert {together[asked].batch_size for asked in of_words} == {8}
    assert {together[asked].style for asked in of_photos} == {"ash"}
    assert len({after.picture for asked, after in together.items() if asked.words}) == 8


async def test_a_style_that_takes_words_stands_on_no_sheet_of_a_photo(service: Service) -> None:
    for asked in (Job(PHOTO, "ash,theme"), job(style="theme,ash"), job(style="theme,theme"), Job(b"", "theme,ash")):
        with pytest.raises(InvalidOption, match="stands on no sheet"):
            await service.stylize(asked)


async def test_the_gallery_leaves_it_out_unless_it_is_named(service: Service) -> None:
    def width(picture: bytes) -> int:
        return Image.open(io.BytesIO(picture)).width

    assert {info.id: info.takes for info in await service.styles()} == {"ash": "photo", "theme": "words"}
    every, one = await service.sheet(), await service.sheet(["ash"])
    assert every == one
    assert width(await service.sheet(["ash", "theme"])) > width(every)


async def test_only_what_was_asked_for_is_made_and_measured(library: WatchedLibrary) -> None:
    async with serving(library) as near:

        def count(name: str, **labels: str) -> float:
            return near.metrics.registry.get_sample_value(f"atelier_{name}", labels) or 0.0

        await near.stylize(job())
        await near.stylize(Job(PHOTO, "ash"))
        with pytest.raises(UnknownWords):
            await near.stylize(job("qwertz"))
        assert library.imagined == 1
        assert count("jobs_finished_total", style="theme") == count("jobs_accepted_total", style="theme") == 1
        assert count("jobs_failed_total", code="unknown_words") == 1
        assert count("code_misses_total") == 0


async def test_a_service_warms_up_with_a_photo_before_words(tmp_path: Path) -> None:
    write_theme(tmp_path, "a-theme")
    alone = WatchedLibrary(tmp_path)
    async with EmbeddedService(alone, device="cpu") as service:
        assert alone.sizes == [(SIDE, SIDE)] * 2
        assert (await service.stylize(job("sea", style="a-theme"))).style == "a-theme"
    both = WatchedLibrary(tmp_path, "zinc")
    async with EmbeddedService(both, device="cpu"):
        assert both.loads == ["zinc"]


FORMS: tuple[tuple[dict[str, str | bytes], int, str], ...] = (
    ({"style": "theme", "words": "misty harbour", "image": PHOTO}, 422, "bad_option"),
    ({"style": "ash", "words": "misty harbour", "image": PHOTO}, 422, "bad_option"),
    ({"style": "theme"}, 400, "bad_request"),
    ({"style": "theme", "seed": "7"}, 400, "bad_request"),
    ({"words": "misty harbour"}, 400, "bad_request"),
    ({"style": "theme", "words": "sea", "seed": "many"}, 422, "bad_option"),
    ({"style": "theme", "words": "sea", "seed": "-1"}, 422, "bad_option"),
    ({"style": "theme", "words": "sea " * 500}, 400, "bad_request"),
    ({"style": "theme", "words": b"\xff\xfe"}, 400, "bad_request"),
    ({"style": "theme", "words": "qwertz"}, 422, "unknown_words"),
)


async def test_words_and_seed_are_fields_of_the_form(library: WatchedLibrary) -> None:
    async with serving(library) as service, served(service) as url, aiohttp.ClientSession() as session:

        async def posted(fields: dict[str, str | bytes], **headers: str) -> tuple[int, bytes]:
            form = aiohttp.FormData(default_to_multipart=True)
            for name, value in fields.items():
                form.add_field(name, io.BytesIO(value) if isinstance(value, bytes) else value)
            async with session.post(f"{url}/v1/stylize", data=form, headers=headers) as answer:
                return answer.status, await answer.read()

        for fields, status, code in FORMS:
            seen, body = await posted(fields)
            assert (seen, json.loads(body)["error"]["code"]) == (status, code), fields
        wanted = await service.stylize(replace(job("misty harbour", 7), options=Options()))
        fields = {"style": "theme", "words": "misty harbour", "seed": "7"}
        assert await posted(fields) == (200, wanted.picture)
        assert (await posted({**fields, "seed": "8"}))[1] != wanted.picture
        _, body = await posted(fields, Accept=wire.STREAM)
        lines, picture = body.split(b"\xff\xd8", 1)
        assert [json.loads(line)["event"] for line in lines.splitlines()] == ["queued", "running", "done"]
        assert b"\xff\xd8" + picture == wanted.picture
