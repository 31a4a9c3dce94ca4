"""Whole evaluations of styles whose worth is known."""

import base64
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

from styles.evaluation import Report, evaluate, find, markdown, page
from styles.evaluation.columns import COLUMNS
from styles.evaluation.judge import Judge
from styles.evaluation.run import SHOWN
from styles.samples import FOLDER
from styles.training import BadPicture, perception
from styles.training.perception import Perception
from tests.conftest import ROOT
from tests.styles.evaluation.conftest import Negative, subject
from tests.styles.training.conftest import draw

CPU = torch.device("cpu")


def judged(eyes: Perception, photos: Path, art: Path, size: int = 256) -> Report:
    subjects = [subject("same", nn.Identity()), subject("negative", Negative())]
    return evaluate(subjects, find(photos), find(art), eyes, size=size, device=CPU)


def test_a_style_that_changes_nothing_is_worth_what_the_photo_is(eyes: Perception, photos: Path, art: Path) -> None:
    photo, same, _ = judged(eyes, photos, art).rows
    known = {"content_loss": 0, "lpips_like": 0, "colour_shift": 0, "frame_difference": 0, "warp_error": 0}
    known |= {"ssim": 1, "checkerboard": 1, "faces_found": 1, "faces_before": 1, "faces_after": 1}
    for row in (photo, same):
        assert {key: row.figures[key] for key in known} == pytest.approx(known)
    assert same.figures["style_loss"] == photo.figures["style_loss"]
    assert same.figures["fid_like"] == photo.figures["fid_like"]


def test_a_negative_is_worth_less_and_costs_what_it_costs(eyes: Perception, photos: Path, art: Path) -> None:
    photo, same, negative = (row.figures for row in judged(eyes, photos, art).rows)
    assert negative["ssim"] < 0 < negative["content_loss"]  # type: ignore[operator]  # both are measured here
    assert negative["colour_shift"] > 30  # type: ignore[operator]  # measured here
    assert negative["warp_error"] == pytest.approx(0)
    assert negative["checkerboard"] == pytest.approx(1, abs=0.05)
    assert (negative["megabytes"], negative["parameters"], negative["gmac_512"]) == (1.5, 0, 0)
    assert negative["pictures_per_s"] == pytest.approx(1 / negative["seconds"])  # type: ignore[operator]  # timed here
    assert photo["seconds"] is photo["megabytes"] is None
    assert same["seconds"] is not None


def test_the_art_itself_has_the_art_s_style(eyes: Perception, art: Path) -> None:
    report = evaluate([], find(art), find(art), eyes, size=128, device=CPU)
    figures = report.rows[0].figures
    assert figures["fid_like"] == pytest.approx(0, abs=1e-6)
    assert figures["faces_found"] is None
    assert judge_of_one(eyes, find(art)[0]) == pytest.approx(0, abs=1e-6)


def judge_of_one(eyes: Perception, picture: Path) -> float | int | None:
    """The style loss of the one picture of art against itself."""
    return evaluate([], [picture], [picture], eyes, size=128, device=CPU).rows[0].figures["style_loss"]


def test_each_photo_counts_alike_and_every_turn_ticks(eyes: Perception, photos: Path, art: Path) -> None:
    ticks: list[None] = []
    subjects = [subject("negative", Negative())]
    report = evaluate(subjects, find(photos), find(art), eyes, size=128, device=CPU, tick=lambda: ticks.append(None))
    row = report.rows[1]
    assert (len(ticks), len(row.photos)) == (2, 2)
    assert row.figures["ssim"] == pytest.approx(sum(each["ssim"] for each in row.photos) / 2)


def test_however_many_photos_a_few_thumbnails_are_kept(eyes: Perception, tmp_path: Path, art: Path) -> None:
    for seed in range(SHOWN + 2):
        draw(tmp_path / f"many/{seed}.png", seed)
    report = judged(eyes, tmp_path / "many", art, size=64)
    assert {len(row.photos) for row in report.rows} == {SHOWN + 2}
    assert {len(row.thumbnails) for row in report.rows} == {SHOWN}


def test_a_broken_photo_is_named(eyes: Perception, photos: Path, art: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"no picture")
    with pytest.raises(BadPicture, match=r"broken\.jpg: not a JPEG, PNG or WebP picture"):
        judged(eyes, photos, art)


def test_photos_are_found_in_folders_and_thinned_evenly(photos: Path, tmp_path: Path) -> None:
    assert [path.name for path in find(photos)] == ["cat.PNG", "astronaut.jpg"]
    for number in range(10):
        draw(tmp_path / f"ten/{number}.png", number)
    assert [path.stem for path in find(tmp_path / "ten", 3)] == ["0", "3", "6"]
    with pytest.raises(BadPicture, match="no JPEG, PNG or WebP picture in this folder"):
        find(photos.parent / "vgg")


def test_the_table_marks_the_best_and_the_json_holds_everything(eyes: Perception, photos: Path, art: Path) -> None:
    report = judged(eyes, photos, art)
    heads, _, *rows = [line.strip("| ").split(" | ") for line in markdown(report).splitlines()[2:]]
    table = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    assert [table[name]["SSIM\N{NO-BREAK SPACE}↑"] for name in ("photo", "same")] == ["1.000", "**1.000**"]
    assert "*" not in table["negative"]["SSIM\N{NO-BREAK SPACE}↑"] + table["negative"]["colour shift ΔE"]
    assert table["photo"]["MB\N{NO-BREAK SPACE}↓"] == "–"
    plain = json.loads(json.dumps(report.plain(), allow_nan=False))
    assert [row["style"] for row in plain["rows"]] == ["photo", "same", "negative"]
    assert plain["rows"][2]["version"] == "1.2.3"
    assert {column.key for column in COLUMNS} < plain["rows"][0].keys()
    assert (plain["size"], plain["layers"]) == (256, ["relu1_1", "relu2_1", "relu3_1"])
    assert len(plain["rows"][1]["photos"]) == len(plain["photos"]) == 2


class Reader(HTMLParser):
    """Collects what a page shows and whatever it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[tuple[str, str]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert "href" not in given
        if "src" in given:
            self.pictures.append((given["alt"], given["src"]))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_needs_nothing_else_and_shows_every_picture(eyes: Perception, photos: Path, art: Path) -> None:
    (photos / "astronaut.jpg").rename(photos / "one <b>&.jpg")
    written = page(judged(eyes, photos, art))
    reader = Reader()
    reader.feed(written)
    assert [alt for alt, _ in reader.pictures] == [
        f"{name}{ending}"
        for name in ("cat.PNG", "one <b>&.jpg")
        for ending in ("", " in the style same", " in the style negative")
    ]
    for _, source in reader.pictures:
        start = "data:image/jpeg;base64,"
        assert source.startswith(start)
        with Image.open(io.BytesIO(base64.b64decode(source.removeprefix(start)))) as picture:
            assert picture.size == (256, 256)
    assert all(column.means in reader.words for column in COLUMNS)
    assert "http" not in written


def test_the_documentation_explains_every_figure() -> None:
    table = (ROOT / "docs" / "evaluation.md").read_text("utf-8").partition("## What each figure means")[2]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    named = {each.strip() for cell in cells for each in cell.split(",")}
    assert {column.head for column in COLUMNS} <= named


@pytest.mark.parametrize(("name", "content"), [("vgg19_normalised", "relu3_1"), ("vgg19_16x", "relu4_1")])
def test_published_weights_tell_a_print_from_a_photo(shared: Path, tmp_path: Path, name: str, content: str) -> None:
    art = [shared / "images/art/ukiyoe" / each for each in ("nami.png", "hashi.png")]
    judge = Judge(perception.load(name, shared / "weights/vgg19"), art, 128, CPU)
    other = [shared / "images/art/ukiyoe/yama.png", FOLDER / "coffee.jpg"]
    prints, photo = (evaluate([], [path], art, judge.eyes, size=128, device=CPU).rows[0].figures for path in other)
    assert judge.content == content
    assert prints["style_loss"] < photo["style_loss"]  # type: ignore[operator]  # both are measured here
    assert prints["fid_like"] < photo["fid_like"]  # type: ignore[operator]  # both are measured here
