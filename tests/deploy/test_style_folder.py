"""``atelier style FOLDER``: a shop's folder of product photos, over and over, through every interruption."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from deploy.cli import main
from inference.errors import Busy, NotReady
from inference.job import Crop, Format, Job, Options, Progress
from inference.job import Result as Styled
from tests.inference.inverting import InvertingService, served

SUM = "{} done, {} skipped, {} failed"


@pytest.fixture(autouse=True)
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path / "data"))
    photos("shop", ("a.jpg", "shoes/a.jpg", "shoes/red/b.JPEG", "shoes/red/b.png", "hats/c.webp"))
    Path("shop/hats/broken.jpg").write_text("milk, bread")
    Path("shop/list.txt").write_text("a, b")
    photos("shop", (".hidden/a.jpg", "hats/._a.jpg"))


def photos(folder: str, names: Iterable[str]) -> None:
    for name in names:
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").resize((80, 60)).convert("RGB").save(path)


def style(*words: str) -> Result:
    return CliRunner().invoke(main, ["style", *words])


def files(folder: str) -> set[str]:
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}


ALL = {"a.jpg", "shoes/a.jpg", "shoes/red/b.JPEG", "shoes/red/b.png.jpg", "hats/c.jpg"}


def test_a_folder_keeps_its_names_and_the_second_time_only_what_is_missing_is_done() -> None:
    first = style("shop", "--style", "ukiyoe", "-o", "out")
    assert first.exit_code == 1
    assert first.stdout.startswith(SUM.format(5, 0, 1) + "; ")
    assert first.stdout.endswith(" pictures per second.\n")
    assert first.stderr.splitlines() == [
        "Left out 1 file that is no picture by name (.txt).",
        "shop/hats/broken.jpg: This is a text. Accepted are JPEG, PNG, WebP and GIF pictures.",
    ]
    assert files("out") == ALL
    for name in ALL:
        with Image.open(Path("out", name)) as image:
            assert (image.format, image.size) == ("JPEG", (80, 60))

    Path("shop/hats/broken.jpg").unlink()
    Path("out/hats/c.jpg").write_bytes(b"")  # as a power cut may leave it
    os.utime("out/a.jpg", (1, 1))  # its photo was replaced since
    again = style("shop", "--style", "ukiyoe", "-o", "out")
    assert (again.exit_code, again.stdout.partition(";")[0]) == (0, SUM.format(2, 3, 0))
    assert style("shop", "--style", "ukiyoe", "-o", "out").stdout == SUM.format(0, 5, 0) + ".\n"
    assert style("shop", "--style", "ukiyoe", "-o", "out", "--overwrite").stdout.startswith(SUM.format(5, 0, 0))


def test_several_styles_have_a_folder_each_and_results_in_the_folder_are_not_restyled_again() -> None:
    words = ("shop", "--style", "ukiyoe,anime", "-o", "shop/styled", "--format", "png", "--max-side", "64")
    expected = {"a.png", "shoes/a.png", "shoes/red/b.JPEG.png", "shoes/red/b.png", "hats/c.png"}

    first = style(*words)

    assert first.stdout.startswith(SUM.format(10, 0, 2))
    assert len(first.stderr.splitlines()) == 2  # the broken photo is named once, not in every style
    assert files("shop/styled") == {f"{one}/{name}" for one in ("ukiyoe", "anime") for name in expected}
    with Image.open("shop/styled/anime/a.png") as image:
        assert image.size == (64, 48)
    assert style(*words).stdout == SUM.format(0, 10, 2) + ".\n"


def test_several_folders_and_photos_stay_apart() -> None:
    done = style("shop/shoes", "shop/hats", "shop/a.jpg", "--style", "ukiyoe", "-o", "out")
    assert done.exit_code == 1
    assert files("out") == {"shoes/a.jpg", "shoes/red/b.JPEG", "shoes/red/b.png.jpg", "hats/c.jpg", "a-ukiyoe.jpg"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("shop",), "shop: is a folder; say with -o in which other one the results go."),
        (("shop", "-o", "shop/../shop"), "shop/../shop: the results need another folder than the photos."),
        (("empty", "-o", "out"), "empty: there are no pictures in it; they end in .gif, .jfif, .jpeg,"),
        (
            ("shop/shoes", "elsewhere/shoes", "-o", "out"),
            "shop/shoes/a.jpg and elsewhere/shoes/a.jpg would both become",
        ),
        (("shop", "-o", "shop/a.jpg"), "shop/a.jpg: cannot be written (File exists)."),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_done(words: tuple[str, ...], sentence: str) -> None:
    Path("empty").mkdir()
    photos("elsewhere", ["shoes/a.jpg"])
    before = files(".")

    refused = style(*words, "--style", "ukiyoe")

    assert refused.exit_code == 2
    assert refused.stderr.rpartition("Error: ")[2].startswith(sentence), refused.stderr
    assert files(".") == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk_stops_everything_with_one_sentence_and_the_same_command_goes_on() -> None:
    words = ("shop/shoes", "--style", "ukiyoe", "-o", "out")
    Path("out").mkdir()
    Path("out/.a.jpg.part").symlink_to("/dev/full")

    stopped = style(*words)

    assert stopped.exit_code == 2
    assert stopped.stderr == "Error: out/a.jpg: cannot be written (No space left on device).\n"
    assert "a.jpg" not in files("out")
    assert style(*words).exit_code == 0
    assert files("out") == {"a.jpg", "red/b.JPEG", "red/b.png.jpg"}


@pytest.mark.timeout(180)  # a whole program, started twice
def test_ctrl_c_leaves_no_half_file_and_the_same_command_goes_on() -> None:
    names = {f"{number}.jpg" for number in range(60)}
    photos("many", names)
    words = ("style", "many", "--style", "ukiyoe", "-o", "out")
    running = subprocess.Popen(
        [sys.executable, "-m", "deploy", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while running.poll() is None and not list(Path("out").glob("*.jpg")):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    said, complained = running.communicate(timeout=30)

    assert (running.returncode, complained) == (130, "Stopped; the same command goes on.\n")
    there = files("out")
    assert there < names  # and so nothing that is half, under whatever name
    for name in there:
        with Image.open(Path("out", name)) as image:
            image.load()
    assert int(said.split()[0]) <= len(there)  # what was being written is finished, though nobody waits for it
    again = CliRunner().invoke(main, words)
    assert (again.exit_code, files("out")) == (0, names)
    assert again.stdout.startswith(SUM.format(60 - len(there), len(there), 0))


async def test_every_option_reaches_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "--strength 0.5 --keep-colours --match-colours --detail 0.3 --no-faces --max-side 70 --format webp --avatar"
    service = InvertingService()
    async with served(service) as url:
        monkeypatch.setenv("ATELIER_INFERENCE_URL", url)
        done = await asyncio.to_thread(style, "shop/a.jpg", "--style", "invert", "--mark", *words.split())
    assert (done.exit_code, done.stderr) == (0, "")
    [job] = service.jobs
    asked = Options(0.5, keep_colours=True, max_side=70, format=Format.WEBP, crop=Crop.AVATAR, mark=True)
    assert job.options == replace(asked, match_colours=True, detail=0.3, faces=False, still=True)
    with Image.open("a-invert.webp") as image:
        assert image.size == (60, 60)


class Crowded(InvertingService):
    """Is busy with other people's photos at first, and leaves after ``lives`` photos."""

    def __init__(self, lives: int) -> None:
        super().__init__()
        self.refusals, self.lives = 3, lives

    async def stylize(self, job: Job, progress: Progress | None = None) -> Styled:
        if self.refusals:
            self.refusals -= 1
            raise Busy(0.05)
        if len(self.jobs) >= self.lives:
            raise NotReady("The service is stopping.")
        return await super().stylize(job, progress)


async def test_a_service_elsewhere_may_be_busy_or_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("shop/shoes", "--style", "invert", "-o", "out")
    async with served(Crowded(lives=2)) as url:
        monkeypatch.setenv("ATELIER_INFERENCE_URL", url)
        left = await asyncio.to_thread(style, *words)
        assert (left.exit_code, left.stderr) == (2, "Error: The service is stopping.\n")
    async with served(Crowded(lives=9)) as url:
        monkeypatch.setenv("ATELIER_INFERENCE_URL", url)
        assert (await asyncio.to_thread(style, *words)).exit_code == 0
    assert files("out") == {"a.jpg", "red/b.JPEG", "red/b.png.jpg"}
