"""Creators' styles through the service: drafted, made, used at once, and taken back for good."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inference.creating import AT_ONCE
from inference.creation import FOREVER, MOST_PICTURES, RIGHTS, Creation
from inference.embedded import EmbeddedService
from inference.errors import (
    BadReference,
    Busy,
    InvalidOption,
    ServiceError,
    StyleExists,
    StyleUnavailable,
    StyleWithdrawn,
    UnknownStyle,
)
from inference.job import Event, Format, Job, Options, Queued, Reference, Result
from inference.limits import Limits
from inference.service import Service
from styles import card as cards
from styles import withdrawal
from styles.library import Library
from tests.hostile import HOSTILE, encoded, hostile, photo
from tests.inference.animated import animated
from tests.inference.watched import WatchedLibrary, near_or_far, until_entered, watching
from tests.styles.making import write_pack

pytestmark = pytest.mark.filterwarnings("ignore:(Possibly c|C)orrupt EXIF:UserWarning")  # Pillow's word on some inputs

PHOTO = encoded(photo())
PNG = Options(format=Format.PNG)
USUAL = Limits(fill_wait_s=0, batch_bytes=1 << 30, rescan_every_s=600)


def drawn(number: int) -> bytes:
    """One of as many style pictures as there are numbers."""
    colours = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
    return encoded(Image.fromarray(colours).resize((64, 48), Image.Resampling.NEAREST), "PNG")


GREY = encoded(Image.new("L", (64, 64), 128), "PNG")
NOISE = encoded(Image.effect_noise((200, 200), 80).convert("RGB"))
DOT = encoded(Image.new("RGB", (1, 1)), "PNG")


def written() -> bytes:
    """A screenshot of text."""
    page = Image.new("RGB", (320, 200), "white")
    for line in range(8):
        ImageDraw.Draw(page).text((10, 10 + 22 * line), "No picture at all, only words and words", fill="black")
    return encoded(page, "PNG")


def creation(*numbers: int, **changed: Any) -> Creation:
    plain = Creation(
        id="ada",
        title={"en": "Ada", "zh": "阿达"},
        pictures=tuple(drawn(number) for number in numbers or (1,)),
        subject="Ada, who paints",
        granted_by="telegram:17",
        rights="own work",
        scope=("telegram:-5", "telegram:-6"),
        expires="2999-12-31",
        document_sha256="ab" * 32,
    )
    return replace(plain, **changed)


def job(style: str = "ada", user: str = "someone", references: tuple[int, ...] = ()) -> Job:
    return Job(PHOTO, style, PNG, user=user, references=tuple(Reference(drawn(number)) for number in references))


def pixels(result: Result) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.asarray(Image.open(io.BytesIO(result.picture)).convert("RGB")).astype(np.int64)


class CreatorsLibrary(WatchedLibrary):
    """Has ``any``, which heeds the style picture, and ``ash``; new packs are put beside them."""

    def __init__(self, root: Path, *, day: str | None = None) -> None:
        if not (root / "any").exists():
            write_pack(root, "any", "arbitrary")
        super().__init__(root, *(() if (root / "ash").exists() else ("ash",)))
        self.installed = root
        if day is not None:
            self.today = lambda: day
            self.rescan()


@pytest.fixture
def library(tmp_path: Path) -> CreatorsLibrary:
    return CreatorsLibrary(tmp_path / "packs")


def serving(library: Library, limits: Limits = USUAL) -> AbstractAsyncContextManager[EmbeddedService]:
    return watching(library, limits)


@pytest.fixture(params=["embedded", "remote"])
async def service(request: pytest.FixtureRequest, library: CreatorsLibrary) -> AsyncIterator[Service]:
    async with near_or_far(request.param, serving(library)) as either:
        yield either


def names(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


# Drafting


async def test_a_draft_shows_three_photos_in_the_style_of_the_pictures(
    service: Service, library: WatchedLibrary
) -> None:
    one, other = [await service.draft([drawn(number)]) for number in (1, 2)]
    sheet = Image.open(io.BytesIO(one))
    assert (sheet.format, sheet.height) == ("JPEG", 300)
    assert sheet.width == 300 + 451 + 450 + 2 * 8
    shown = [np.asarray(Image.open(io.BytesIO(data))).astype(int) for data in (one, other)]
    assert np.abs(shown[0] - shown[1]).mean() > 3
    assert names(library.roots[0]) == {"any", "ash"}


async def test_twenty_copies_are_one_picture_and_a_mean_lies_between(service: Service, library: WatchedLibrary) -> None:
    one, other = [await service.draft([drawn(number)]) for number in (1, 2)]
    assert len(library.encoded) == 2
    assert await service.draft([drawn(1)] * 20) == one
    assert len(library.encoded) == 3
    both = await service.draft([drawn(1), drawn(2)])
    assert both == await service.draft([drawn(2), drawn(1)] * 5)
    assert both not in (one, other)


BAD = {
    "none": ((), "A style is made of 1 to 20 pictures"),
    "21": ((drawn(1),) * 21, "A style is made of 1 to 20 pictures"),
    "grey": ((GREY,), "The style picture cannot be used. It is one plain colour."),
    "grey among others": ((drawn(1), GREY), "Picture 2 of 2 cannot be used. It is one plain colour."),
    "a dot": ((drawn(1), drawn(2), DOT), "Picture 3 of 3 cannot be used. .*1×1"),
    "torn": ((drawn(1), NOISE[:9000]), "Picture 2 of 2 cannot be used. "),
    "too large together": ((drawn(1) + bytes(19_000_000),) * 6, "Together the pictures are larger than 100 MB"),
}


async def test_pictures_that_cannot_be_are_told_apart_and_nothing_is_made(
    service: Service, library: WatchedLibrary
) -> None:
    for given, sentence in BAD.values():
        with pytest.raises(BadReference, match=sentence):
            await service.draft(given)
        with pytest.raises(BadReference, match=sentence):
            await service.create(creation(pictures=tuple(given)))
    assert names(library.roots[0]) == {"any", "ash"}


async def test_hostile_pictures_are_refused_by_their_place(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        for name in HOSTILE:
            with pytest.raises(BadReference, match="Picture 2 of 2 cannot be used"):
                await service.draft([drawn(1), hostile(name)])


async def test_text_what_moves_and_what_is_large_are_welcome(library: CreatorsLibrary) -> None:
    large = encoded(Image.effect_noise((4000, 3000), 80).convert("RGB"))
    async with serving(library) as service:
        for data in (written(), animated("GIF"), large):
            assert Image.open(io.BytesIO(await service.draft([data]))).height == 300


async def test_without_a_base_or_a_place_it_cannot_be_done(tmp_path: Path, library: CreatorsLibrary) -> None:
    async with serving(WatchedLibrary(tmp_path / "bare", "ash")) as service:
        with pytest.raises(StyleUnavailable):
            await service.draft([drawn(1)])
        with pytest.raises(StyleUnavailable):
            await service.create(creation())
    library.installed = None
    async with serving(library) as service:
        with pytest.raises(StyleUnavailable, match="no place"):
            await service.create(creation())


async def test_creators_take_turns_and_too_many_are_told_to_come_back(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        library.gate.clear()
        drafts = [asyncio.create_task(service.draft([drawn(number)])) for number in range(AT_ONCE)]
        await until_entered(library)
        with pytest.raises(Busy):
            await service.draft([drawn(9)])
        drafts.pop().cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        drafts.append(asyncio.create_task(service.draft([drawn(9)])))
        library.gate.set()
        assert len(set(await asyncio.gather(*drafts))) == AT_ONCE


# Making


async def test_a_style_is_there_at_once_and_paints_as_the_pictures_do(service: Service) -> None:
    info = await service.create(creation(1))
    assert (info.id, info.takes, dict(info.title)) == ("ada", "photo", {"en": "Ada", "zh": "阿达"})
    assert (info.scope, info.expires) == (("telegram:-5", "telegram:-6"), "2999-12-31")
    assert info.licence == "CC0-1.0 AND LicenseRef-Consent"
    assert info in await service.styles()
    assert Image.open(io.BytesIO(await service.preview("ada"))).size == (512, 512)
    made, like = await service.stylize(job()), await service.stylize(job("any", references=(1,)))
    assert np.abs(pixels(made) - pixels(like)).mean() < 1  # both may run in half precision
    other = await service.stylize(job("any", references=(2,)))
    assert np.abs(pixels(made) - pixels(other)).mean() > 3


async def test_everywhere_and_forever_are_said_by_nothing(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        info = await service.create(creation(scope=("*",), expires=FOREVER, rights="written consent"))
    assert (info.scope, info.expires) == ((), "")
    consent = library.card("ada").consent
    assert consent is not None
    assert (consent.scope, consent.expires, consent.rights) == (("*",), FOREVER, "written consent")
    assert library.card("ada").licence.data == "CC0-1.0 AND LicenseRef-Written-Consent"


async def test_the_very_same_may_be_made_again_and_another_not(service: Service, library: WatchedLibrary) -> None:
    first = await service.create(creation(1, 2))
    before = (library.roots[0] / "ada" / "style.toml").stat().st_mtime_ns
    assert await service.create(creation(1, 2)) == first
    others = (
        creation(3),
        creation(1, 2, granted_by="telegram:18"),
        creation(1, 2, title={"en": "Other"}),
        creation(1, 2, id="ash"),
        creation(1, 2, id="any"),
    )
    for other in others:
        with pytest.raises(StyleExists, match="choose another name"):
            await service.create(other)
    assert (library.roots[0] / "ada" / "style.toml").stat().st_mtime_ns == before
    assert names(library.roots[0]) == {"any", "ash", "ada"}


async def test_two_who_want_one_name_at_once_do_not_both_get_it(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        both = (service.create(creation(1)), service.create(creation(2, granted_by="telegram:18")))
        outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StyleExists", "StyleInfo"]


WRONG: dict[str, dict[str, Any]] = {
    "id": {"id": "Ada!"},
    "title": {"title": {"zh": "阿达"}},
    "EN!": {"title": {"en": "Ada", "EN!": "x"}},
    "subject": {"subject": " "},
    "granted_by": {"granted_by": "telegram:17\nx"},
    "rights": {"rights": "because"},
    "scope": {"scope": ()},
    "expires": {"expires": "soon"},
    "consent.expires": {"expires": "2020-01-01"},
    "document_sha256": {"document_sha256": "ab"},
}


async def test_what_a_creation_says_is_checked(service: Service, library: WatchedLibrary) -> None:
    for name, changed in WRONG.items():
        with pytest.raises(InvalidOption, match=f"Of the new style, `.*{name}.*`"):
            await service.create(creation(**changed))
    assert names(library.roots[0]) == {"any", "ash"}


def test_both_sides_know_the_same_rights() -> None:
    assert RIGHTS == cards.RIGHTS
    assert MOST_PICTURES == 20


async def test_whoever_gives_up_leaves_nothing_half_made_and_may_repeat(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        for wait_s in (0.0, 0.05, 0.2):
            asked = asyncio.create_task(service.create(creation(1)))
            await asyncio.sleep(wait_s)
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
            assert all(name == "ada" or not name.startswith((".", "ada")) for name in names(library.roots[0]))
        assert (await service.create(creation(1))).id == "ada"
        assert (await service.stylize(job())).style == "ada"


async def test_no_code_of_a_creators_picture_is_kept(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        await service.draft([drawn(1)])
        await service.create(creation(1))
        assert not service.metrics.registry.get_sample_value("atelier_code_bytes")


# Taking back


async def test_withdrawn_it_is_gone_and_everybody_is_told_so(service: Service, library: WatchedLibrary) -> None:
    await service.create(creation())
    await service.stylize(job())
    for _ in range(2):
        await service.withdraw("ada")
    for asking in (service.stylize(job()), service.stylize(job("ash,ada")), service.preview("ada")):
        with pytest.raises(StyleWithdrawn, match="offered no longer"):
            await asking
    assert [info.id for info in await service.styles()] == ["any", "ash"]
    assert names(library.roots[0]) == {"any", "ash", ".withdrawn"}
    with pytest.raises(StyleExists, match="was withdrawn"):
        await service.create(creation())
    assert (await service.create(creation(id="ada-2"))).id == "ada-2"


async def test_only_creators_styles_are_withdrawn(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        for style in ("ash", "nobody", "../ash", "", ".withdrawn"):
            with pytest.raises(UnknownStyle):
                await service.withdraw(style)
    assert names(library.roots[0]) == {"any", "ash"}


def weights(service: EmbeddedService) -> float:
    return service.metrics.registry.get_sample_value("atelier_cache_bytes") or 0.0


async def test_whoever_waits_is_refused_at_once_and_the_generator_unloaded(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        await service.create(creation())
        await service.stylize(job("ash"))
        before = weights(service)
        await service.stylize(job())
        assert weights(service) > before
        library.gate.clear()
        library.entered.clear()
        holder = asyncio.create_task(service.stylize(job("ash", "holder")))
        await until_entered(library)
        heard: list[set[Event]] = [set() for _ in range(5)]
        waiting = [
            asyncio.create_task(service.stylize(job(user=f"test:{place}"), ears.add))
            for place, ears in enumerate(heard)
        ]
        sheet = asyncio.create_task(service.stylize(job("ash,ada", "sheet")))
        while not all(heard):
            await asyncio.sleep(0.01)
        await service.withdraw("ada")
        async with asyncio.timeout(5):  # the device is still held
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {StyleWithdrawn}
        assert all(isinstance(event, Queued) for ears in heard for event in ears)
        assert not holder.done()
        library.gate.set()
        assert (await holder).style == "ash"
        assert (await sheet).style == "ash,ada"  # crossed out on it
        assert weights(service) <= before + 1
        assert library.batches == [1, 1, 1, 1]  # two before, the holder, and what the sheet has of “ash”


async def test_a_batch_that_runs_is_finished_and_what_moves_is_not(library: CreatorsLibrary) -> None:
    async with serving(library, replace(USUAL, batch_jobs=1)) as service:
        await service.create(creation())
        library.gate.clear()
        running = asyncio.create_task(service.stylize(job()))
        await until_entered(library)
        moving = asyncio.create_task(service.stylize(Job(animated("GIF"), "ada", user="moving")))
        await asyncio.sleep(0.2)
        await service.withdraw("ada")
        library.gate.set()
        assert (await running).style == "ada"
        with pytest.raises(StyleWithdrawn):
            await moving


async def test_withdrawn_by_another_process_waits_for_the_next_look_alone(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        await service.create(creation())
        withdrawal.withdraw(library.roots[0] / "ada", "ada", "2026-01-01")
        with pytest.raises(StyleWithdrawn):  # nobody had it loaded
            await service.stylize(job())
        await service.rescan()
        with pytest.raises(StyleWithdrawn):
            await service.stylize(job())


async def test_its_last_day_over_waiting_jobs_are_refused_and_the_pack_removed(library: CreatorsLibrary) -> None:
    async with serving(library) as service:
        await service.create(creation(expires="2999-01-31"))
        library.today = lambda: "2999-01-31"
        await service.rescan()
        await service.stylize(job())
        library.gate.clear()
        library.entered.clear()
        holder = asyncio.create_task(service.stylize(job("ash")))
        await until_entered(library)
        heard: set[Event] = set()
        waiting = asyncio.create_task(service.stylize(job(user="late"), heard.add))
        while not heard:
            await asyncio.sleep(0.01)
        library.today = lambda: "2999-02-01"
        await service.rescan()
        with pytest.raises(StyleWithdrawn):
            await waiting
        library.gate.set()
        await holder
        with pytest.raises(StyleWithdrawn):
            await service.stylize(job())
        await service.rescan()
        with pytest.raises(StyleWithdrawn):
            await service.stylize(job())
    assert names(library.roots[0]) == {"any", "ash", ".withdrawn"}


async def test_after_a_restart_it_is_as_gone_and_what_lapsed_meanwhile_goes(library: CreatorsLibrary) -> None:
    root = library.roots[0]
    async with serving(library) as service:
        for style, expires in (("ada", FOREVER), ("bob", "2999-01-31"), ("cyd", FOREVER)):
            await service.create(creation(id=style, expires=expires))
        await service.withdraw("ada")
    async with serving(CreatorsLibrary(root, day="2999-02-01")) as service:
        assert names(root) == {"any", "ash", "cyd", ".withdrawn"}
        assert (await service.stylize(job("cyd"))).style == "cyd"
        for style in ("ada", "bob"):
            with pytest.raises(StyleWithdrawn):
                await service.stylize(job(style))


async def test_a_pack_that_cannot_be_removed_is_not_offered_and_told_once(
    library: CreatorsLibrary, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    async with serving(library) as service:
        await service.create(creation(expires="2999-01-31"))
        monkeypatch.setattr(withdrawal, "_remember", read_only)
        library.today = lambda: "2999-02-01"
        for _ in range(3):
            await service.rescan()
        with pytest.raises(StyleWithdrawn):
            await service.stylize(job())
    assert caplog.text.count("cannot be removed") == 1


async def test_how_long_it_takes_from_the_pictures_to_the_first_result(library: CreatorsLibrary) -> None:
    """Seconds on any machine; nothing of it waits for the next look at the folders."""
    async with serving(library) as service:
        began_s = time.monotonic()
        await service.create(creation(*range(20)))
        await service.stylize(job())
        assert time.monotonic() - began_s < 30


async def test_what_goes_wrong_is_logged_whole_and_told_calmly(
    library: CreatorsLibrary, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    library.installed = tmp_path / "file"
    async with serving(library) as service:
        with pytest.raises(ServiceError, match="Something went wrong on our side; nothing was changed") as refusal:
            await service.create(creation())
    assert refusal.value.code == "failed"
    assert str(tmp_path) not in str(refusal.value)
    assert "FileExistsError" in caplog.text or "NotADirectoryError" in caplog.text


def test_a_library_without_creators_packs_has_none_to_clear(tmp_path: Path) -> None:
    assert dict(Library.open(built_in=tmp_path).lapsed()) == {}
