"""Packs that travel as zip files: they arrive as they left, and nothing else comes with them."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from styles import bundle, pack
from styles.card import Card
from styles.errors import BrokenPack
from tests.styles.making import PREVIEW, card, generator, write_pack

FILES = tuple(pack.MAX_BYTES)


def install(source: Path, root: Path) -> Card:
    with bundle.opened(source) as folder:
        return bundle.install(folder, root)


def zipped(target: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def parts(folder: Path, prefix: str = "") -> dict[str, bytes]:
    return {f"{prefix}{name}": (folder / name).read_bytes() for name in FILES}


def test_a_pack_arrives_as_it_left(tmp_path: Path) -> None:
    write_pack(tmp_path / "here")
    bundle.export(tmp_path / "here" / "tiny", tmp_path / "tiny.zip")

    arrived = install(tmp_path / "tiny.zip", tmp_path / "there")

    assert arrived == pack.read(tmp_path / "here" / "tiny")
    assert parts(tmp_path / "there" / "tiny") == parts(tmp_path / "here" / "tiny")


def test_the_same_pack_gives_the_same_bytes(tmp_path: Path) -> None:
    write_pack(tmp_path)

    for name in ("a.zip", "b.zip"):
        bundle.export(tmp_path / "tiny", tmp_path / name)

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_folder_is_installed_too_without_what_else_lies_in_it(tmp_path: Path) -> None:
    write_pack(tmp_path / "here")
    (tmp_path / "here" / "tiny" / "run.sh").write_text("echo no")

    install(tmp_path / "here" / "tiny", tmp_path / "there")

    assert sorted(each.name for each in (tmp_path / "there" / "tiny").iterdir()) == sorted(FILES)


def test_a_zip_file_without_a_folder_is_as_good(tmp_path: Path) -> None:
    write_pack(tmp_path / "here")

    assert install(zipped(tmp_path / "flat.zip", parts(tmp_path / "here" / "tiny")), tmp_path / "there").id == "tiny"


def test_names_that_climb_out_are_never_followed(tmp_path: Path) -> None:
    write_pack(tmp_path / "here")
    climbing = zipped(tmp_path / "climb.zip", parts(tmp_path / "here" / "tiny", prefix="../../climbed/"))

    install(climbing, tmp_path / "a" / "b" / "there")

    assert not list(tmp_path.rglob("climbed"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "climb.zip", "here"]


@pytest.mark.parametrize("extra", ["run.sh", "../run.sh", "other/style.toml", "tiny/sub/preview.jpg"])
def test_anything_beside_the_four_files_is_refused(extra: str, tmp_path: Path) -> None:
    write_pack(tmp_path)
    file = zipped(tmp_path / "more.zip", parts(tmp_path / "tiny", "tiny/") | {extra: b"echo"})

    with pytest.raises(BrokenPack, match=r"more\.zip: must hold one pack"):
        install(file, tmp_path / "there")

    assert not (tmp_path / "there").exists()


def test_a_zip_bomb_stops_at_its_bound(tmp_path: Path) -> None:
    write_pack(tmp_path)
    packed = parts(tmp_path / "tiny") | {"report.json": b"{" + b" " * 50_000_000 + b"}"}
    file = zipped(tmp_path / "bomb.zip", packed)
    assert file.stat().st_size < 200_000

    with pytest.raises(BrokenPack, match=r"bomb\.zip: its report\.json is larger than 1048576 bytes"):
        install(file, tmp_path / "there")


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"no zip at all" * 50])
def test_what_is_no_zip_file_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.zip").write_bytes(data)

    with pytest.raises(BrokenPack, match=r"odd\.zip: not a zip file that we can read"):
        install(tmp_path / "odd.zip", tmp_path / "there")


def test_a_zip_file_that_was_damaged_on_its_way_is_refused(tmp_path: Path) -> None:
    write_pack(tmp_path)
    bundle.export(tmp_path / "tiny", tmp_path / "tiny.zip")
    data = bytearray((tmp_path / "tiny.zip").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "tiny.zip").write_bytes(data)

    with pytest.raises(BrokenPack, match=r"tiny\.zip: not a zip file that we can read"):
        install(tmp_path / "tiny.zip", tmp_path / "there")


def test_what_is_wrong_inside_is_named_under_the_zip_file(tmp_path: Path) -> None:
    write_pack(tmp_path)
    file = zipped(tmp_path / "odd.zip", parts(tmp_path / "tiny") | {"style.toml": b"id = 3"})

    with pytest.raises(BrokenPack, match=r"odd\.zip/style\.toml: `id` must be one line of text"):
        install(file, tmp_path / "there")


def picture(kind: str, side: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (side, side)).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("preview", "phrase"),
    [
        (b"", "not a JPEG picture"),
        (PREVIEW[: len(PREVIEW) // 2], "not a JPEG picture"),
        (picture("PNG", 64), "not a JPEG picture"),
        (picture("JPEG", 2001), "has more than 4000000 pixels"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG picture"),
    ],
    ids=["empty", "torn", "png", "giant", "svg"],
)
def test_a_preview_must_be_a_jpeg_of_bounded_size(preview: bytes, phrase: str, tmp_path: Path) -> None:
    pack.write(tmp_path / "tiny", card(), generator(), preview, {})

    with pytest.raises(BrokenPack, match=rf"preview\.jpg: {phrase}"):
        bundle.verify(tmp_path / "tiny")


def test_weights_that_paint_nothing_are_found_by_running_them(tmp_path: Path) -> None:
    blind = {name: tensor * 0 for name, tensor in generator().state_dict().items()}
    pack.write(tmp_path / "tiny", card(), blind, PREVIEW, {})

    with pytest.raises(BrokenPack, match=r"weights\.safetensors: a photo becomes one flat colour"):
        bundle.verify(tmp_path / "tiny")


def test_a_pack_that_is_there_is_replaced_whole(tmp_path: Path) -> None:
    write_pack(tmp_path / "there", seed=0)
    (tmp_path / "there" / "tiny" / "left-over").write_text("")
    new = write_pack(tmp_path / "here", seed=1)

    assert install(tmp_path / "here" / "tiny", tmp_path / "there") == new
    assert sorted(each.name for each in (tmp_path / "there" / "tiny").iterdir()) == sorted(FILES)
    assert parts(tmp_path / "there" / "tiny") == parts(tmp_path / "here" / "tiny")
