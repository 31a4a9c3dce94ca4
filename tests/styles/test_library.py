"""The library: every sound pack is offered, and a broken one harms none of them."""

from pathlib import Path

import pytest
import torch

from styles import bundle
from styles.errors import BrokenPack, NoSuchStyle
from styles.library import Library
from tests.styles.making import PREVIEW, write_pack


def test_built_in_styles_come_first_then_each_folder_by_name(tmp_path: Path) -> None:
    write_pack(tmp_path / "built-in", "zebra")
    write_pack(tmp_path / "extra", "beta")
    write_pack(tmp_path / "extra", "alpha")

    library = Library.open([tmp_path / "absent", tmp_path / "extra"], built_in=tmp_path / "built-in")

    assert [card.id for card in library.cards()] == ["zebra", "alpha", "beta"]
    assert library.broken() == ()
    assert library.folder("beta") == tmp_path / "extra" / "beta"
    assert library.preview("beta") == PREVIEW


def test_a_style_is_loaded_and_paints(tmp_path: Path) -> None:
    card = write_pack(tmp_path)

    style = Library.open(built_in=tmp_path).load("tiny", device="cpu", dtype=torch.float32)

    assert style.card == card
    assert style(torch.rand(2, 3, 20, 30)).shape == (2, 3, 20, 30)


def test_broken_packs_are_listed_with_their_sentence_beside_the_sound_ones(tmp_path: Path) -> None:
    for name in ("no-card", "no-weights", "sound"):
        write_pack(tmp_path, name)
    (tmp_path / "no-card" / "style.toml").write_text("id = 'no-card'")
    (tmp_path / "no-weights" / "weights.safetensors").unlink()
    (tmp_path / "empty").mkdir()
    (tmp_path / ".half-written").mkdir()
    (tmp_path / "notes.txt").write_text("not a folder")

    library = Library.open(built_in=tmp_path)

    assert [card.id for card in library.cards()] == ["sound"]
    assert {broken.folder.name: broken.reason for broken in library.broken()} == {
        "empty": f"{tmp_path}/empty/style.toml: is missing.",
        "no-card": f"{tmp_path}/no-card/style.toml: `version` is missing.",
        "no-weights": f"{tmp_path}/no-weights/weights.safetensors: is missing.",
    }


def test_nothing_takes_a_built_in_styles_name_in_silence(tmp_path: Path) -> None:
    ours = write_pack(tmp_path / "built-in", seed=0)
    write_pack(tmp_path / "extra", seed=1)

    library = Library.open([tmp_path / "extra"], built_in=tmp_path / "built-in")

    assert library.cards() == (ours,)
    (broken,) = library.broken()
    assert broken.folder == tmp_path / "extra" / "tiny"
    assert "the style “tiny” is already there" in broken.reason


def test_a_folder_of_packs_that_is_a_file_is_told_and_spoils_nothing(tmp_path: Path) -> None:
    write_pack(tmp_path / "built-in")
    (tmp_path / "extra").write_text("not a folder")

    library = Library.open([tmp_path / "extra"], built_in=tmp_path / "built-in")

    assert len(library.cards()) == 1
    (broken,) = library.broken()
    assert broken.reason == f"{tmp_path}/extra: cannot be read (Not a directory)."


@pytest.mark.parametrize(
    ("typed", "suggestion"),
    [("ukioye", "ukiyoe"), ("Ukiyoe", "ukiyoe"), ("starry", "starry-night"), ("qqq", None), ("x" * 10_000, None)],
)
def test_an_unknown_style_suggests_the_nearest_name(typed: str, suggestion: str | None, tmp_path: Path) -> None:
    write_pack(tmp_path, "ukiyoe")
    write_pack(tmp_path, "starry-night")

    with pytest.raises(NoSuchStyle) as caught:
        Library.open(built_in=tmp_path).card(typed)

    assert caught.value.suggestion == suggestion


def test_a_second_look_finds_what_came_and_what_went(tmp_path: Path) -> None:
    library = Library.open(built_in=tmp_path)
    assert library.cards() == ()

    write_pack(tmp_path, "came")
    library.rescan()
    assert [card.id for card in library.cards()] == ["came"]

    (tmp_path / "came" / "preview.jpg").unlink()
    with pytest.raises(BrokenPack, match=r"preview\.jpg: is missing"):
        library.preview("came")
    library.rescan()
    assert library.cards() == ()
    assert len(library.broken()) == 1


def test_every_shipped_pack_is_sound() -> None:
    library = Library.open()

    assert library.broken() == ()
    for card in library.cards():
        assert bundle.verify(library.folder(card.id)) == card
        assert set(card.title) >= {"en", "zh"}
        assert card.licence.weights != "unknown"
        assert card.origin.data, "a shipped style names what it was trained on"
