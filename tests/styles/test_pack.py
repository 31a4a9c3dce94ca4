"""Packs on disk: written whole, read with suspicion."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from styles import pack
from styles.errors import BrokenPack
from tests.styles.making import PREVIEW, card, generator, write_pack


def load(folder: Path) -> None:
    pack.load(folder, pack.read(folder), "cpu", torch.float32)


def test_writing_fills_in_what_is_measured(tmp_path: Path) -> None:
    written = write_pack(tmp_path)

    assert pack.read(tmp_path / "tiny") == written
    assert len(written.sha256) == 64
    assert written.size.activation_bytes_per_pixel > 100
    report = pack.report(tmp_path / "tiny")
    assert report["steps"] == 3
    assert report["parameters"] == sum(each.numel() for each in generator().parameters())
    assert report["weights_bytes"] == (tmp_path / "tiny" / "weights.safetensors").stat().st_size
    assert sorted(each.name for each in tmp_path.iterdir()) == ["tiny"], "no scratch is left"


def test_half_precision_weights_stay_half_on_disk_and_run_right(tmp_path: Path) -> None:
    module = generator()
    pack.write(tmp_path / "whole", card(), module, PREVIEW, {})
    written = pack.write(tmp_path / "half", card(), generator().half(), PREVIEW, {})

    assert pack.report(tmp_path / "half")["weights_bytes"] < 0.7 * pack.report(tmp_path / "whole")["weights_bytes"]
    style = pack.load(tmp_path / "half", written, "cpu", torch.float32)
    image = torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(style(image), module(image), atol=0.01, rtol=0)


def test_a_pack_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    first = write_pack(tmp_path, seed=0)

    unlawful = replace(card(), licence=replace(card().licence, weights=""))
    with pytest.raises(BrokenPack, match=r"`licence\.weights`"):
        pack.write(tmp_path / "tiny", unlawful, generator(seed=1), PREVIEW, {})
    assert pack.read(tmp_path / "tiny") == first

    second = write_pack(tmp_path, seed=1)
    assert pack.read(tmp_path / "tiny") == second != first
    assert len(list(tmp_path.iterdir())) == 1


def test_other_weights_than_the_cards_are_refused_by_their_hash(tmp_path: Path) -> None:
    write_pack(tmp_path, seed=0)
    write_pack(tmp_path, "other", seed=1)
    weights = tmp_path / "tiny" / "weights.safetensors"
    weights.write_bytes((tmp_path / "other" / "weights.safetensors").read_bytes())

    with pytest.raises(BrokenPack, match=r"tiny/weights\.safetensors: its SHA-256 is not the one in style\.toml"):
        load(tmp_path / "tiny")


@pytest.mark.parametrize("name", ["style.toml", "weights.safetensors", "preview.jpg", "report.json"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    write_pack(tmp_path)
    (tmp_path / "tiny" / name).unlink()

    with pytest.raises(BrokenPack, match=f"tiny/{name}: is missing"):
        pack.read(tmp_path / "tiny")


def test_a_card_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    write_pack(tmp_path)
    with (tmp_path / "tiny" / "style.toml").open("ab") as file:
        file.truncate(1 << 30)

    with pytest.raises(BrokenPack, match=r"style\.toml: is larger than 65536 bytes"):
        pack.read(tmp_path / "tiny")


@pytest.mark.parametrize(
    ("data", "phrase"),
    [
        (b"", "not a safetensors file"),
        (b"\xff" * 64, "not a safetensors file"),
        (
            safetensors.torch.save({"a": torch.ones(1)}),
            r"not weights of the network small: it has no enter\.conv\.weight",
        ),
        (safetensors.torch.save(generator(blocks=2).state_dict()), r"its blocks\.1\..* is not one of the network's"),
    ],
    ids=["empty", "noise", "other keys", "other depth"],
)
def test_weights_that_are_not_the_networks_are_refused(data: bytes, phrase: str, tmp_path: Path) -> None:
    written = write_pack(tmp_path)
    folder = tmp_path / "tiny"
    (folder / "weights.safetensors").write_bytes(data)
    hashed = replace(written, sha256=pack.digest(data))

    with pytest.raises(BrokenPack, match=phrase):
        pack.load(folder, hashed, "cpu", torch.float32)


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"network": "large"}, "`network` must be one of small, .*, not large"),
        ({"network_options": {"blocks": 1, "colour": 3}}, "it cannot be built with its network_options"),
        ({"network_options": {"width": 4096, "deep": 4096}}, r"is \[8, 3, 7, 7\] instead of \[4096, 3, 7, 7\]"),
        ({"takes": "words"}, "`takes` is words, but the network small takes photo"),
        ({"size": replace(card().size, multiple=2)}, "`size` is too small for the network small"),
    ],
)
def test_a_card_that_does_not_fit_its_weights_is_refused(
    change: dict[str, object], phrase: str, tmp_path: Path
) -> None:
    written = write_pack(tmp_path)

    with pytest.raises(BrokenPack, match=phrase):
        pack.load(tmp_path / "tiny", replace(written, **change), "cpu", torch.float32)  # type: ignore[arg-type]  # a change of any field


@pytest.mark.parametrize("text", ["", "[1]", "[" * 100_000, "{"])
def test_a_report_must_be_a_json_object(text: str, tmp_path: Path) -> None:
    write_pack(tmp_path)
    (tmp_path / "tiny" / "report.json").write_text(text)

    with pytest.raises(BrokenPack, match=r"report\.json: (not valid JSON|must be a JSON object)"):
        pack.report(tmp_path / "tiny")


def test_a_report_keeps_chinese_readable(tmp_path: Path) -> None:
    pack.write(tmp_path / "tiny", card(), generator(), PREVIEW, {"note": "浮世绘"})

    text = (tmp_path / "tiny" / "report.json").read_text("utf-8")
    assert "浮世绘" in text
    assert json.loads(text)["note"] == "浮世绘"
