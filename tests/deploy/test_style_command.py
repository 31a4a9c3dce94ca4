"""``atelier style`` as a person types it, with the styles that come with Atelier."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from deploy.cli import main
from tests.inference.inverting import InvertingService, served
from tests.styles.making import write_pack


@pytest.fixture(autouse=True)
def _photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder with cat.jpg, cat.png and a file that is no picture."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path / "data"))
    for name in ("cat.jpg", "cat.png"):
        Image.linear_gradient("L").resize((80, 60)).convert("RGB").save(name)
    Path("notes.jpg").write_text("milk, bread")


def style(*words: str) -> tuple[int, str]:
    """Exit code, and what was said of it."""
    done = CliRunner().invoke(main, ["style", *words, "--style", "ukiyoe"])
    return done.exit_code, done.stderr.rpartition("Error: ")[2].rstrip("\n")


def test_a_folder_is_filled_and_what_is_no_picture_is_named() -> None:
    assert style("cat.jpg", "notes.jpg", "-o", "new/folder") == (
        1,
        "notes.jpg: This is a text. Accepted are JPEG, PNG, WebP and GIF pictures.",
    )
    assert [found.name for found in Path("new/folder").iterdir()] == ["cat-ukiyoe.jpg"]


def test_one_photo_that_cannot_be_restyled_is_an_error() -> None:
    assert style("notes.jpg", "-o", "out.jpg") == (
        2,
        "notes.jpg: This is a text. Accepted are JPEG, PNG, WebP and GIF pictures.",
    )
    assert not Path("out.jpg").exists()


def test_a_style_that_is_not_there_is_said_once_with_the_nearest() -> None:
    done = CliRunner().invoke(main, ["style", "cat.jpg", "notes.jpg", "--style", "ukiyoe,animee", "-o", "new"])
    assert done.exit_code == 2
    assert done.stderr == "Error: There is no style “animee”. Did you mean “anime”?\n"
    assert not [path for path in Path("new").rglob("*") if path.is_file()]


def test_a_file_is_what_its_name_says() -> None:
    assert style("cat.jpg", "-o", "out.PNG") == (0, "")
    with Image.open("out.PNG") as result:
        assert (result.format, result.size) == ("PNG", (80, 60))


def test_a_folder_may_have_a_dot_in_its_name() -> None:
    Path("out.d").mkdir()
    assert style("cat.jpg", "-o", "out.d", "--format", "webp") == (0, "")
    assert Path("out.d/cat-ukiyoe.webp").is_file()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("cat.jpg", "cat.png"), "cat.jpg and cat.png would both become cat-ukiyoe.jpg."),
        (("cat.jpg", "-o", "cat.jpg"), "cat.jpg: this is one of the photos, and would be overwritten."),
        (("cat.jpg", "-o", "cat.tif"), "cat.tif: a result's name ends in .jpg, .jpeg, .png, .webp; a folder must"),
        (("cat.jpg", "-o", "x.png", "--format", "jpeg"), "x.png: this is not the name of a jpeg picture."),
        (("cat.jpg", "-o", "notes.jpg/x.jpg"), "notes.jpg: cannot be written (File exists)."),
    ],
)
def test_what_cannot_be_written_is_said_and_overwrites_nothing(words: tuple[str, ...], sentence: str) -> None:
    before = {path: path.read_bytes() for path in Path().glob("*.*")}

    code, said = style(*words)

    assert (code, said.startswith(sentence)) == (2, True), said
    assert {path: path.read_bytes() for path in Path().glob("*.*") if path.is_file()} == before


def like(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["style", *words])
    return done.exit_code, done.stderr.rpartition("Error: ")[2].rstrip("\n")


@pytest.fixture
def _two_that_take_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, name in enumerate(("alike", "like")):
        write_pack(tmp_path / "extra", name, "arbitrary", seed)
    monkeypatch.setenv("ATELIER_STYLES", str(tmp_path / "extra"))
    for number, name in enumerate(("wave.jpg", "sun.png")):
        Image.radial_gradient("L").resize((64, 48)).rotate(90 * number).convert("RGB").save(name)


@pytest.mark.usefixtures("_two_that_take_pictures")
def test_a_photo_is_painted_like_pictures() -> None:
    assert like("cat.jpg", "--like", "wave.jpg") == (0, "")
    assert like("cat.jpg", "--like", "wave.jpg", "--like", "sun.png", "--weights", "3,1", "-o", "mixed") == (0, "")
    assert like("cat.jpg", "--like", "sun.png", "--style", "like,alike", "-o", "both") == (0, "")
    made = {str(path.relative_to(Path.cwd())) for path in Path.cwd().rglob("*-*.jpg")}
    assert made == {"cat-wave.jpg", "mixed/cat-wave+sun.jpg", "both/like/cat-sun.jpg", "both/alike/cat-sun.jpg"}
    with Image.open("cat-wave.jpg") as result:
        assert result.size == (80, 60)


@pytest.mark.usefixtures("_two_that_take_pictures")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Missing option '--style', or '--like'."),
        (("--style", "like"), "The style “like” paints like another picture; name that with --like."),
        (("--style", "ink", "--like", "sun.png"), "The style “ink” paints like no other picture; leave --like out, "),
        (("--like", "notes.jpg"), "The style picture cannot be used. This is a text."),
        (("--like", "sun.png") * 4, "--like: at most 3 pictures can be mixed."),
        (("--like", "sun.png", "--weights", "1,2"), "--weights: name one for each picture of --like."),
        (("--like", "sun.png", "--weights", "much"), "Invalid value for '--weights': must be numbers with commas"),
        (("--like", "sun.png", "--weights", "-1"), "The weight of a style picture must be a number above 0."),
        (("--like", "absent.png"), "Invalid value for '--like': File 'absent.png' does not exist."),
    ],
)
def test_what_cannot_be_painted_like_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    code, said = like("cat.jpg", *words)

    assert (code, said.startswith(sentence)) == (2, True), said
    assert not list(Path().glob("cat-*"))


async def test_where_no_style_takes_a_picture_it_is_said_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(InvertingService()) as url:  # all that it has inverts
        monkeypatch.setenv("ATELIER_INFERENCE_URL", url)
        code, said = await asyncio.to_thread(like, "cat.jpg", "--like", "cat.png")
    assert code == 2
    assert said.startswith("No installed style paints like another picture.")
    assert "atelier styles import --network microast" in said
