"""The library: every sound pack is offered, and a broken one harms none of them."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from styles import bundle, pack, withdrawal
from styles.card import Card, Consent
from styles.errors import BrokenPack, NoSuchStyle
from styles.library import Library
from tests.styles import making
from tests.styles.making import PREVIEW, generator, write_pack


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


def test_a_look_reads_what_changed_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("changed", "gone", "replaced", "same"):
        write_pack(tmp_path, name)
    monkeypatch.setattr("styles.library.SETTLED_S", -3600.0)  # as if all of it were old
    read, library, read_pack = list[str](), Library((tmp_path,)), pack.read

    def noted(folder: Path) -> Card:
        read.append(folder.name)
        return read_pack(folder)

    monkeypatch.setattr(pack, "read", noted)
    library.rescan()
    assert read == ["changed", "gone", "replaced", "same"]
    before, read[:] = library.cards(), []
    library.rescan()
    assert (library.cards(), read) == (before, [])

    shutil.rmtree(tmp_path / "gone")
    changed = tmp_path / "changed" / "style.toml"
    changed.write_text(changed.read_text() + "\n# by hand\n")
    text = tmp_path / "replaced" / "style.toml"
    times = text.stat()
    with pack.replacing(tmp_path / "replaced") as fresh:  # by one as large, that says to be as old
        shutil.copytree(tmp_path / "replaced", fresh, dirs_exist_ok=True)
        (fresh / "style.toml").write_text(text.read_text().replace("1.2.3", "2.2.3", 1))
        os.utime(fresh / "style.toml", ns=(times.st_atime_ns, times.st_mtime_ns))
    library.rescan()

    assert read == ["changed", "replaced"]
    assert [(card.id, card.version) for card in library.cards()] == [
        ("changed", "1.2.3"),
        ("replaced", "2.2.3"),
        ("same", "1.2.3"),
    ]


def test_what_is_written_to_twice_at_once_shows_as_it_is_at_last(tmp_path: Path) -> None:
    """Within one tick of the file system's clock, and to the same size, so that the file looks the same."""
    write_pack(tmp_path)
    text = tmp_path / "tiny" / "style.toml"
    library, card = Library((tmp_path,)), text.read_text()
    for version in ("1.2.4", "1.2.5") * 20:
        text.write_text(card.replace("1.2.3", version, 1))
        library.rescan()
        assert library.card("tiny").version == version


def test_every_shipped_pack_is_sound() -> None:
    library = Library.open()

    assert library.broken() == ()
    for card in library.cards():
        assert bundle.verify(library.folder(card.id)) == card
        assert set(card.title) >= {"en", "zh"}
        assert card.licence.weights != "unknown"
        assert card.origin.data, "a shipped style names what it was trained on"


def consenting(root: Path, style: str, expires: str = "9999-12-31") -> Path:
    """A creator's pack."""
    consent = Consent("Ada", "telegram:17", "own work", ("*",), expires, "0" * 64)
    pack.write(root / style, replace(making.card(style), consent=consent), generator(), PREVIEW, {})
    return root / style


def opened(root: Path, day: str) -> Library:
    library = Library((root,), today=lambda: day)
    library.rescan()
    return library


def test_a_creators_pack_is_offered_up_to_and_with_its_last_day(tmp_path: Path) -> None:
    folder = consenting(tmp_path, "ada", "2026-03-31")
    consenting(tmp_path, "bob")

    last, after = opened(tmp_path, "2026-03-31"), opened(tmp_path, "2026-04-01")

    assert [card.id for card in last.cards()] == ["ada", "bob"]
    assert (last.withdrawn("ada"), dict(last.lapsed())) == (False, {})
    assert [card.id for card in after.cards()] == ["bob"]
    assert (after.withdrawn("ada"), dict(after.lapsed())) == (True, {folder: "ada"})
    assert after.broken() == ()
    with pytest.raises(NoSuchStyle):
        after.load("ada", device="cpu", dtype=torch.float32)


def test_of_a_withdrawn_pack_stays_its_name_and_the_day(tmp_path: Path) -> None:
    folder = consenting(tmp_path, "ada")
    (tmp_path / ".ada.half-written").mkdir()
    (tmp_path / ".adam.half-written").mkdir()

    for _ in range(2):
        withdrawal.withdraw(folder, "ada", "2026-03-31")

    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {".withdrawn", ".withdrawn/ada", ".adam.half-written"}
    assert (tmp_path / ".withdrawn" / "ada").read_text() == "2026-03-31\n"
    library = opened(tmp_path, "2026-04-01")
    assert library.withdrawn("ada")
    assert not library.withdrawn("adam")


def test_whoever_was_killed_while_withdrawing_offers_it_no_more(tmp_path: Path) -> None:
    """Its name is written first; and a copy that comes back, from wherever, is as withdrawn."""
    withdrawal.withdraw(tmp_path / "ada", "ada", "2026-03-31")
    folder = consenting(tmp_path, "ada")

    library = opened(tmp_path, "2026-04-01")

    assert (library.cards(), dict(library.lapsed())) == ((), {folder: "ada"})


def test_the_operator_may_give_a_withdrawn_name_to_a_style_that_is_no_creators(tmp_path: Path) -> None:
    withdrawal.withdraw(tmp_path / "ada", "ada", "2026-03-31")
    write_pack(tmp_path, "ada")

    library = opened(tmp_path, "2026-04-01")

    assert [card.id for card in library.cards()] == ["ada"]
    assert not library.withdrawn("ada")
