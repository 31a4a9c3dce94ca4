"""What the commands about styles share: where packs lie, and taking one in."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy import library
from deploy.cli.errors import Refused
from deploy.settings import Settings
from styles import pack, withdrawal
from styles.card import ID, VERSION, Card, Defaults, Licence
from styles.errors import NoSuchStyle
from styles.library import BUILT_IN, Library


def installed() -> Path:
    return Settings.load().data / "styles"


def open_library() -> Library:
    return library.open_library(Settings.load())


def place(library: Library, style: str) -> str:
    """Where a style comes from, in one word."""
    root = library.folder(style).parent
    return "built-in" if root == BUILT_IN else "imported" if root == installed() else "extra"


def import_pack(source: Path, replace: bool, about: dict[str, Any]) -> Card:
    from styles import bundle

    if about["style"]:
        raise Refused("--id goes with --network, for a published checkpoint; a pack brings its own.")
    with bundle.opened(source) as folder:
        card = pack.read(folder)
        if card.consent and card.id in withdrawal.names(installed()):
            raise Refused(f"The style “{card.id}” was withdrawn: its creator took it back, or its time was over.")
        _check_free(card.id, replace)
        return bundle.install(folder, installed())


def import_checkpoint(source: Path, network: str, replace: bool, about: dict[str, Any]) -> Card:
    from styles import importer

    style = about["style"] or ""
    if not ID.fullmatch(style):
        raise Refused("--id must be 1 to 32 of a–z, 0–9 and hyphens.")
    if not VERSION.fullmatch(about["version"]):
        raise Refused("--version must be three numbers, such as 1.0.0.")
    _check_free(style, replace)
    titles = {"en": about["title_en"] or style, "zh": about["title_zh"]}
    card = Card(
        id=style,
        version=about["version"],
        title={language: title for language, title in titles.items() if title},
        network=network,
        licence=Licence(about["licence"], about["data_licence"]),
        origin=dataclasses.replace(importer.unknown_origin(), trained_by=about["trained_by"]),
        defaults=Defaults(about["strength"], about["keep_colours"]),
    )
    return importer.import_checkpoint(source, card, installed(), sha256=about["sha256"])


def _check_free(style: str, replace: bool) -> None:
    styles = open_library()
    try:
        folder = styles.folder(style)
    except NoSuchStyle:
        return
    if place(styles, style) != "imported":
        raise Refused(f"The style “{style}” is already there, in {folder}, and cannot be replaced.")
    if not replace:
        raise Refused(f"The style “{style}” is already imported; --replace replaces it.")


@contextmanager
def writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(f"{error.filename or target}: cannot be written ({error.strerror or error}).") from error
