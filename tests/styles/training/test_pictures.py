"""Pictures from disk: what is broken is named, what is odd is made plain, and crops repeat."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from styles.training import BadPicture, pictures
from styles.training.pictures import Gallery
from tests.styles.training.conftest import draw


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    draw(tmp_path / "half.png", 1)
    data = (tmp_path / "half.png").read_bytes()
    (tmp_path / "half.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(BadPicture, match=r"half\.png: the picture is damaged and cannot be decoded\.$"):
        pictures.read(tmp_path / "half.png")


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("buy ink")
    with pytest.raises(BadPicture, match=r"notes\.jpg: not a JPEG, PNG or WebP picture\.$"):
        pictures.read(tmp_path / "notes.jpg")


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match=r"gone\.png: no such picture\.$"):
        pictures.read(tmp_path / "gone.png")


def test_a_tiny_picture_is_named_with_its_size(tmp_path: Path) -> None:
    draw(tmp_path / "dot.png", 1, (8, 400))
    with pytest.raises(BadPicture, match=r"dot\.png: only 8x400 pixels; at least 32 on each side are needed\.$"):
        pictures.read(tmp_path / "dot.png")


def test_a_giant_is_refused_by_its_header(tmp_path: Path) -> None:
    Image.new("1", (40_000, 4_000)).save(tmp_path / "wall.png")
    with pytest.raises(BadPicture, match=r"wall\.png: 40000x4000 pixels are more than 64000000\.$"):
        pictures.read(tmp_path / "wall.png")


@pytest.mark.parametrize("pattern", ["prints/*.png", "print.png", "scikit-image:nothing.png"])
def test_a_pattern_that_names_nothing_is_named(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "prints").mkdir()
    with pytest.raises(BadPicture, match="no such picture, or an empty folder") as caught:
        pictures.find([pattern], tmp_path)
    assert pattern in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("prints", "prints: a folder; name what is in it, as folder/*."),
        (".", "a folder; name what is in it, as folder/*."),
        ("art/**b.png", "art/**b.png: no such picture, or an empty folder."),
    ],
)
def test_an_odd_pattern_is_named(tmp_path: Path, pattern: str, reason: str) -> None:
    (tmp_path / "prints").mkdir()
    with pytest.raises(BadPicture) as caught:
        pictures.find([pattern], tmp_path)
    assert reason in str(caught.value)


def test_what_the_system_does_not_let_us_read_is_not_called_damaged(tmp_path: Path) -> None:
    with pytest.raises(BadPicture, match=r"cannot be read \(Is a directory\)\.$"):
        pictures.read(tmp_path)


def test_grey_of_sixteen_bits_keeps_its_shades(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)[None].repeat(40, 0)
    Image.fromarray(ramp).save(tmp_path / "scan.png")
    shades = pictures.tensor(pictures.read(tmp_path / "scan.png"))
    assert (shades[0] == shades[2]).all()
    assert shades[0, 0, [0, 32, 63]].tolist() == [0, 130, 255]


def test_patterns_name_files_in_order_and_whole_paths_too(tmp_path: Path) -> None:
    for name in ("b", "a"):
        draw(tmp_path / f"art/{name}.png", 1)
    found = pictures.find(["art/*", str(tmp_path / "art/b.png")], tmp_path)
    assert [path.name for path in found] == ["a.png", "b.png", "b.png"]


def test_glass_is_laid_on_light_grey(tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(tmp_path / "glass.png")
    assert pictures.read(tmp_path / "glass.png").getpixel((5, 5)) == (204, 204, 204)


def test_a_photo_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: the camera was held on its side
    Image.new("RGB", (60, 40)).save(tmp_path / "turned.jpg", exif=exif)
    assert pictures.read(tmp_path / "turned.jpg").size == (40, 60)


def test_crops_follow_from_the_draw_alone(tmp_path: Path) -> None:
    paths = [tmp_path / f"{seed}.png" for seed in range(3)]
    for seed, path in enumerate(paths):
        draw(path, seed)
    gallery = Gallery.of([(paths[:2], 1), (paths[2:], 3)], 72)
    first, again, other = (gallery.crops(4, 48, random.Random(seed), loosest=1.5) for seed in ("a", "a", "b"))
    assert all(crop.shape == (3, 48, 48) for crop in first)
    assert torch.equal(torch.stack(first), torch.stack(again))
    assert not torch.equal(torch.stack(first), torch.stack(other))


def test_crops_at_the_top_show_the_top(tmp_path: Path) -> None:
    tall = Image.new("RGB", (64, 200))
    tall.paste((255, 255, 255), (0, 0, 64, 10))
    tall.save(tmp_path / "tall.png")
    gallery = Gallery.of([([tmp_path / "tall.png"], 1)], 64)
    crops = gallery.crops(8, 64, random.Random(1), top=1)
    assert all(crop[:, :10].min() > 250 and crop[:, 20:].max() < 5 for crop in crops)


def test_a_group_is_drawn_by_its_share() -> None:
    black, white = torch.zeros(3, 40, 40, dtype=torch.uint8), torch.full((3, 40, 40), 255, dtype=torch.uint8)
    gallery = Gallery([([black] * 50, 1), ([white], 3)])
    drawn = gallery.crops(400, 40, random.Random(1))
    assert 0.68 < sum(bool(crop.any()) for crop in drawn) / 400 < 0.82
