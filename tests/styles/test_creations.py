"""A creator's style as a pack, which is whole or not there."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from styles import bundle, creations, pack
from styles.card import Card, Consent
from styles.errors import BrokenPack, NotPainted
from styles.library import Library
from styles.networks.arbitrary import ArbitraryNet
from tests.styles.making import card, generator, write_pack

CODE = torch.linspace(-1, 1, ArbitraryNet(width=8, deep=8, fine=8, blocks=1).code_size).abs()
CONSENT = Consent("Ada", "telegram:17", "own work", ("telegram:-5",), "2999-12-31", "0" * 64)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    write_pack(tmp_path, "any", "arbitrary")
    return Library.open(built_in=tmp_path / "none", installed=tmp_path)


def any_base(library: Library) -> Card:
    base = creations.base(library)
    assert base is not None
    return base


def made(library: Library, style: str = "ada", code: torch.Tensor | None = None) -> creations.Baked:
    code = CODE if code is None else code
    return creations.bake(library, any_base(library), code, 3, card(style), CONSENT)


def test_the_first_style_of_the_right_network_is_the_base(tmp_path: Path) -> None:
    for style, name in (("a-photo", "small"), ("b-other", "microast")):
        write_pack(tmp_path, style, name)
    library = Library.open(built_in=tmp_path)
    assert creations.base(library) is None
    for style in ("d-any", "c-any"):
        write_pack(tmp_path, style, "arbitrary")
    library.rescan()
    assert any_base(library).id == "c-any"


def test_a_pack_says_whose_it_is_and_what_of_and_stands_every_check(library: Library, tmp_path: Path) -> None:
    done = creations.install(tmp_path, made(library))

    library.rescan()
    assert library.card("ada") == done == bundle.verify(tmp_path / "ada")
    assert (done.network, done.takes, done.consent) == ("small", "photo", CONSENT)
    assert done.licence.weights == "CC0-1.0 AND LicenseRef-Consent"
    assert done.licence.data == "CC0-1.0 AND LicenseRef-Own-Work"
    assert done.origin.recipe == "the style of 3 pictures, as any 1.2.3 sees it"
    assert done.origin.data[0].title == "3 pictures of Ada"
    report = pack.report(tmp_path / "ada")
    assert (report["pictures"], report["base"]) == (3, "any")
    assert report["base_sha256"] == any_base(library).sha256
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada", "any"]


def test_nothing_is_half_written_and_nothing_written_over(library: Library, tmp_path: Path) -> None:
    new = made(library)
    flat = {name: torch.zeros_like(tensor) for name, tensor in new.state.items()}
    with pytest.raises(NotPainted):
        creations.install(tmp_path, replace(new, state=flat))
    with pytest.raises(BrokenPack):
        creations.install(tmp_path, replace(new, card=replace(new.card, consent=replace(CONSENT, scope=()))))
    assert [path.name for path in tmp_path.iterdir()] == ["any"]
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "notes.txt").write_text("somebody's")
    with pytest.raises(creations.NameTakenError):
        creations.install(tmp_path, new)
    assert (tmp_path / "ada" / "notes.txt").read_text() == "somebody's"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada", "any"]


def test_the_very_same_is_told_from_another(library: Library, tmp_path: Path) -> None:
    new = made(library)
    done = creations.install(tmp_path, new)
    folder = tmp_path / "ada"
    assert creations.same(folder, done, made(library))
    assert creations.same(folder, done, made(library, code=CODE + 1e-6))
    assert not creations.same(folder, done, made(library, code=CODE + 1))
    assert not creations.same(folder, done, replace(new, card=replace(new.card, consent=None)))
    assert not creations.same(folder, done, replace(new, card=replace(new.card, title={"en": "Another"})))


def test_a_base_that_lies_about_its_network_is_refused(library: Library, tmp_path: Path) -> None:
    pack.write(tmp_path / "any", card("any"), generator(), b"", {})
    library.rescan()
    with pytest.raises(BrokenPack, match="not of the network arbitrary"):
        creations.bake(library, library.card("any"), CODE, 1, card("ada"), CONSENT)
