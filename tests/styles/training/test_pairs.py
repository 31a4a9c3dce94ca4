"""Pairs: found, matched and cropped as one, or refused with the file's name."""

import random
from pathlib import Path

import pytest
import torch
from PIL import Image

from styles.training import BadPicture, pairs, pictures
from styles.training.drawings import DRAWINGS
from styles.training.material import Pairs
from styles.training.pictures import Gallery
from styles.training.studio import Matched
from tests.styles.training.conftest import draw


def two_folders(folder: Path) -> Pairs:
    for seed in range(3):
        draw(folder / f"photos/{seed}.png", seed)
        draw(folder / f"targets/{seed}.jpg", 10 + seed)
    return Pairs(64, photos=("photos/*",), targets=("targets/*",))


def read(plan: Pairs, folder: Path) -> list[pairs.Pair]:
    found = pairs.find(plan, folder)
    for pair in found:
        pair.read()
    return found


def refused(plan: Pairs, folder: Path) -> str:
    with pytest.raises(BadPicture) as caught:
        read(plan, folder)
    return str(caught.value)


def test_two_folders_are_matched_by_name(tmp_path: Path) -> None:
    found = read(two_folders(tmp_path), tmp_path)
    assert [(pair.photo.name, pair.target and pair.target.name) for pair in found] == [
        (f"{seed}.png", f"{seed}.jpg") for seed in range(3)
    ]


def test_whoever_lacks_a_partner_is_named(tmp_path: Path) -> None:
    plan = two_folders(tmp_path)
    (tmp_path / "targets/1.jpg").unlink()
    assert refused(plan, tmp_path).endswith("photos/1.png: there is no target of the name 1.")
    (tmp_path / "photos/1.png").unlink()
    (tmp_path / "photos/2.png").unlink()
    assert refused(plan, tmp_path).endswith("targets/2.jpg: there is no photo of the name 2.")


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    plan = two_folders(tmp_path)
    draw(tmp_path / "photos/1.webp", 4)
    assert "1.webp: there are two photos of the name 1." in refused(plan, tmp_path)


def test_a_target_of_another_size_is_named(tmp_path: Path) -> None:
    plan = two_folders(tmp_path)
    draw(tmp_path / "targets/2.jpg", 5, (72, 72))
    assert refused(plan, tmp_path).endswith("2.jpg: 72x72 pixels, where its photo 2.png has 90x72.")


@pytest.mark.parametrize("side", ["left", "right"])
def test_side_by_side_the_photo_is_where_the_recipe_says(tmp_path: Path, side: str) -> None:
    both = Image.new("RGB", (80, 40), (255, 255, 255))
    both.paste((0, 0, 0), (0, 0, 40, 40) if side == "left" else (40, 0, 80, 40))
    both.save(tmp_path / "both.png")
    (pair,) = pairs.find(Pairs(64, pictures=("*.png",), photo=side), tmp_path)
    six = pair.tensor(64)
    assert six.shape == (6, 64, 64)
    assert six[:3].max() == 0
    assert six[3:].min() == 255


def test_what_has_no_two_halves_is_named(tmp_path: Path) -> None:
    draw(tmp_path / "odd.png", 1, (81, 40))
    assert "odd.png: 81 pixels across do not make two pictures" in refused(Pairs(64, pictures=("*",)), tmp_path)
    draw(tmp_path / "odd.png", 1, (60, 40))
    assert "odd.png: two pictures of 30x40 pixels; each side needs 32." in refused(Pairs(64, pictures=("*",)), tmp_path)


def test_a_target_may_be_drawn_from_the_photo(tmp_path: Path) -> None:
    draw(tmp_path / "photo.png", 1, (96, 72))
    rule = DRAWINGS["cartoon"]
    (pair,) = pairs.find(Pairs(72, photos=("*",), drawn=rule), tmp_path)
    six = pair.tensor(72)
    photo = pictures.batch([six[:3]], torch.device("cpu"))
    assert torch.equal(six[3:], (rule(photo)[0].clamp(0, 1) * 255).round().byte())
    assert not torch.equal(six[3:], six[:3])


def test_photo_and_target_are_cropped_and_mirrored_as_one() -> None:
    photo = torch.randint(0, 200, (3, 60, 80), dtype=torch.uint8)
    studio = Matched(Gallery([([torch.cat((photo, photo + 50))], 1.0)]))
    photos, targets = studio.crops(8, 40, random.Random(1))
    assert len({crop.numpy().tobytes() for crop in photos}) > 4
    assert all(torch.equal(one + 50, other) for one, other in zip(photos, targets, strict=True))
    assert torch.equal(studio.whole_art()[0], photo + 50)
