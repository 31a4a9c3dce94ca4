"""All pictures are looked through first, and everything that is wrong with them is said at once."""

import shutil
from pathlib import Path

import pytest

from styles.training import BadPicture, BadPictures, check, train
from tests.styles.training.conftest import RECIPE, Written, draw

PAIRED = "[pairs]\nside = 64\nphotos = ['photos/*']\ntargets = ['drawings/*']\n"


def with_pairs(tmp_path: Path, pairs: str = PAIRED) -> Path:
    start, end = RECIPE.index("[art]"), RECIPE.index("[[phases]]")
    path = tmp_path / "paired.toml"
    path.write_text(RECIPE[:start] + pairs + RECIPE[end:])
    return path


def test_every_picture_that_is_wrong_is_named_with_its_reason(recipe: Written, tmp_path: Path) -> None:
    draw(tmp_path / "photos/tiny.png", 5, (20, 90))
    (tmp_path / "photos/notes.png").write_text("buy ink")
    half = (tmp_path / "art/print.png").read_bytes()
    (tmp_path / "art/half.png").write_bytes(half[: len(half) // 2])
    path = recipe('sheet = ["photos/0.png"]', 'sheet = ["nowhere/*"]')
    with pytest.raises(BadPictures) as caught:
        train(path, out=tmp_path / "out", vgg=tmp_path / "no networks", progress=False)  # it comes before them
    first, *lines = str(caught.value).splitlines()
    assert first == "4 things are wrong with the pictures:"
    assert sorted(line.strip() for line in lines) == [
        f"{tmp_path}/art/half.png: the picture is damaged and cannot be decoded.",
        f"{tmp_path}/nowhere/*: no such picture, or an empty folder.",
        f"{tmp_path}/photos/notes.png: not a JPEG, PNG or WebP picture.",
        f"{tmp_path}/photos/tiny.png: only 20x90 pixels; at least 32 on each side are needed.",
    ]


def test_ten_are_named_and_the_rest_counted(recipe: Written, tmp_path: Path) -> None:
    for number in range(14):
        (tmp_path / f"photos/broken{number:02}.png").write_text("no picture")
    with pytest.raises(BadPictures) as caught:
        check(recipe()).settle()
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[0][:2], lines[-1].strip()) == (12, "14", "and 4 more.")
    assert len(caught.value.problems) == 14


def test_one_problem_is_one_sentence(recipe: Written, tmp_path: Path) -> None:
    (tmp_path / "photos/1.png").write_text("no picture")
    with pytest.raises(BadPicture, match=r"^\S+/photos/1\.png: not a JPEG, PNG or WebP picture\.$"):
        check(recipe()).settle()


def test_what_makes_a_style_weak_is_hinted_at(recipe: Written, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "art/print.png", tmp_path / "art/same.png")
    draw(tmp_path / "photos/small.png", 7, (40, 50))
    found = check(recipe())
    found.settle()
    assert found.hints == [
        f"{tmp_path}/art/same.png: the same as print.png, byte by byte, so it counts twice.",
        "Only 2 pictures of art: the discriminator may learn them by heart; "
        "take 5 or more, or leave `adversarial` out.",
        "Only 4 photos: the style may fail on what they do not show; 50 or more are better.",
        "1 of 4 photos are smaller than the crops of 64 pixels: "
        "they are enlarged, and the style learns their softness.",
    ]


def test_the_summary_counts_and_measures(recipe: Written, tmp_path: Path) -> None:
    draw(tmp_path / "photos/large.png", 7, (200, 100))
    found = check(recipe())
    assert [part.words for part in found.parts] == [
        f"art: 1, 80x120 pixels, in {tmp_path}/art",
        f"photos: 4, 90x72 to 200x100 pixels, in {tmp_path}/photos",
        f"preview: 1, 90x72 pixels, in {tmp_path}/photos",
        f"sheet: 1, 90x72 pixels, in {tmp_path}/photos",
    ]


def test_every_picture_without_its_partner_is_named(recipe: Written, tmp_path: Path) -> None:
    recipe()
    for name in ("1", "2", "7", "8"):
        draw(tmp_path / f"drawings/{name}.png", 5)
    draw(tmp_path / "drawings/2.png", 5, (100, 50))
    problems = [str(problem) for problem in check(with_pairs(tmp_path)).problems]
    assert problems == [
        f"{tmp_path}/photos/0.png: there is no target of the name 0.",
        f"{tmp_path}/drawings/7.png: there is no photo of the name 7.",
        f"{tmp_path}/drawings/8.png: there is no photo of the name 8.",
        f"{tmp_path}/drawings/2.png: 100x50 pixels, where its photo 2.png has 90x72.",
    ]


def test_what_is_wrong_in_several_ways_is_said_once(recipe: Written, tmp_path: Path) -> None:
    recipe()
    for name in range(3):
        draw(tmp_path / f"drawings/{name}.png", 5)
    (tmp_path / "photos/0.png").write_text("no picture")  # of a pair, and of the preview and the sheet as well
    problems = [str(problem) for problem in check(with_pairs(tmp_path)).problems]
    assert problems == [f"{tmp_path}/photos/0.png: not a JPEG, PNG or WebP picture."]


def test_pairs_side_by_side_are_looked_through(recipe: Written, tmp_path: Path) -> None:
    recipe()
    draw(tmp_path / "both/even.png", 1, (160, 70))
    draw(tmp_path / "both/odd.png", 1, (161, 70))
    found = check(with_pairs(tmp_path, "[pairs]\nside = 64\npictures = ['both/*']\nphoto = 'left'\n"))
    assert [part.words for part in found.parts][:1] == [f"pairs: 1, 80x70 pixels, in {tmp_path}/both"]
    with pytest.raises(BadPicture, match=r"odd\.png: 161 pixels across do not make two pictures of one size"):
        found.settle()
