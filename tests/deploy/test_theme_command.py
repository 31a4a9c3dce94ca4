"""``atelier theme`` as a person types it: pictures of words, the same again by their seed, painted in a style."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from deploy.cli import main
from inference.job import Format, Job, Options
from inference.limits import Limits
from inference.service import Service
from tests.inference.imagined import write_theme
from tests.inference.inverting import InvertingService, served
from tests.inference.watched import WatchedLibrary, watching
from tests.styles.making import write_pack


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``theme`` makes pictures of words, ``ash`` paints photos, and ``like`` paints them like another picture."""
    folder = tmp_path_factory.mktemp("packs")
    write_theme(folder)
    write_pack(folder, "ash")
    write_pack(folder, "like", "arbitrary")
    return folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path / "data"))
    return folder


@dataclass(frozen=True)
class Said:
    """What became of one call of the command."""

    code: int
    out: str
    error: str

    @property
    def seeds(self) -> list[int]:
        return sorted(int(seed) for seed in re.findall(r"seed (\d+)$", self.out, re.MULTILINE))


def typed(*words: str) -> Said:
    done = CliRunner().invoke(main, list(words))
    return Said(done.exit_code, done.stdout, done.stderr.rpartition("Error: ")[2].rstrip("\n"))


async def theme(*words: str) -> Said:
    return await asyncio.to_thread(typed, "theme", *words)


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
async def service(packs: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """A service elsewhere, which the settings name."""
    async with watching(WatchedLibrary(packs), Limits()) as near, served(near) as url:
        monkeypatch.setenv("ATELIER_INFERENCE_URL", url)
        yield near


def test_words_become_a_picture_that_can_be_had_again(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a service elsewhere, and with the styles that come with Atelier beside ours."""
    monkeypatch.setenv("ATELIER_STYLES", str(packs))
    first = typed("theme", "misty", "harbour", "--style", "theme")
    assert (first.code, first.error) == (0, "")
    [seed] = first.seeds
    assert first.out == f"misty-harbour.jpg  512×512  seed {seed}\n"
    with Image.open("misty-harbour.jpg") as picture:
        assert (picture.format, picture.size) == ("JPEG", (512, 512))
    again = typed("theme", "misty harbour", "--style", "theme", "--seed", str(seed), "-o", "again.jpg")
    assert again.out == f"again.jpg  512×512  seed {seed}\n"
    assert Path("again.jpg").read_bytes() == Path("misty-harbour.jpg").read_bytes()


@pytest.mark.usefixtures("service")
async def test_several_have_seeds_that_count_up_and_take_no_place_of_others(here: Path) -> None:
    said = await theme("sea", "--seed", "2147483646", "--count", "3", "-o", "walls", "--format", "png")
    assert (said.code, said.seeds) == (0, [0, 2147483646, 2147483647])
    before = held(here / "walls")
    assert set(before) == {"sea.png", "sea-2.png", "sea-3.png"}
    assert len(set(before.values())) == 3
    one_more = await theme("sea", "--seed", "0", "-o", "walls", "--format", "png")
    assert one_more.out == "walls/sea-4.png  512×512  seed 0\n"
    assert held(here / "walls") == before | {"sea-4.png": before["sea-3.png"]}


async def test_it_is_painted_in_a_style_then(service: Service, here: Path) -> None:
    said = await theme("misty", "night", "--seed", "7", "--with", "ash")
    assert said == Said(0, "misty-night-ash.jpg  512×512  seed 7\n", "")
    made = await service.stylize(Job(b"", "theme", Options(format=Format.PNG), words="misty night", seed=7))
    painted = await service.stylize(Job(made.picture, "ash"))
    assert held(here) == {"misty-night-ash.jpg": painted.picture}


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("雾中 的海", "雾中-的海.jpg"),
        ("../../Sea, at NIGHT!", "sea-at-night.jpg"),
        ("sea " * 30, "sea-sea-sea-sea-sea-sea-sea-sea-sea-sea.jpg"),
        ("海" * 150, "海" * 40 + ".jpg"),
    ],
)
async def test_a_picture_is_named_after_its_words(here: Path, words: str, name: str) -> None:
    said = await theme(words)
    assert (said.code, said.error) == (0, "")
    assert list(held(here)) == [name]


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("qwertz",), "None of these words is known here; try sea, night, misty."),
        (("sea " * 60,), "words must be text of 1 to 200 characters."),
        ((), "Missing argument 'WORDS...'."),
        (("sea", "--style", "ash"), "The style “ash” makes no pictures of words; try --with ash."),
        (("sea", "--style", "thme"), "There is no style “thme”. Did you mean “theme”?"),
        (("sea", "--with", "asch"), "There is no style “asch”. Did you mean “ash”?"),
        (("sea", "--with", "theme"), "The style “theme” makes pictures of words, and paints none; try --style."),
        (("sea", "--with", "like"), "The style “like” paints like another picture; atelier style --like does that."),
        (("sea", "--seed", "-1"), "Invalid value for '--seed': -1 is not in the range 0<=x<=2147483647."),
        (("sea", "--count", "99"), "Invalid value for '--count': 99 is not in the range 1<=x<=24."),
        (("sea", "-o", "x.tif"), "x.tif: a result's name ends in .jpg, .jpeg, .png, .webp; a folder must be there"),
        (("sea", "-o", "x.png", "--format", "jpeg"), "x.png: this is not the name of a jpeg picture."),
        (("sea", "-o", "x.png", "--count", "2"), "x.png: this is the name of one picture, and there will be 2;"),
    ],
)
async def test_what_cannot_be_is_one_sentence_and_leaves_nothing(
    here: Path, words: tuple[str, ...], sentence: str
) -> None:
    said = await theme(*words)
    assert (said.code, said.error.startswith(sentence)) == (2, True), said
    assert not held(here)


@pytest.mark.usefixtures("service")
async def test_what_cannot_be_written_is_said(here: Path) -> None:
    (here / "notes").write_text("milk, bread")
    said = await theme("sea", "-o", "notes/x.jpg")
    assert (said.code, said.error) == (2, "notes: cannot be written (File exists).")


@pytest.mark.usefixtures("service")
async def test_a_photo_is_not_painted_by_what_takes_words() -> None:
    Image.new("RGB", (64, 48)).save("cat.jpg")
    said = await asyncio.to_thread(typed, "style", "cat.jpg", "--style", "theme")
    assert said == Said(2, "", "The style “theme” makes pictures of words: atelier theme WORDS --style theme.")


async def test_where_no_style_takes_words_it_is_said_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(InvertingService()) as url:  # all that it has inverts
        monkeypatch.setenv("ATELIER_INFERENCE_URL", url)
        said = await theme("sea")
    assert said.code == 2
    assert said.error.startswith("No installed style makes pictures of words.")
    assert "atelier styles import --network stylegan2" in said.error
