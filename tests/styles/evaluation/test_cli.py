"""``atelier evaluate`` as a person types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from tests.styles.making import write_pack
from tests.styles.training.conftest import write_vgg


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photos: Path, art: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ATELIER_STYLES", str(tmp_path / "extra"))
    monkeypatch.setenv("ATELIER_VGG", str(tmp_path / "eyes"))
    write_vgg(tmp_path / "eyes")
    write_pack(tmp_path / "extra", "tiny")


def evaluated(*words: str) -> Result:
    return CliRunner().invoke(main, ["evaluate", "--photos", "photos", "--art", "art", "--size", "96", *words])


def refused(*words: str) -> str:
    """The one sentence on stderr."""
    done = evaluated(*words)
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("Error: ").rstrip("\n")


def test_an_installed_style_and_a_folder_make_a_table_and_a_page(tmp_path: Path) -> None:
    write_pack(tmp_path / "runs", "fresh", seed=3)
    done = evaluated("tiny", "runs/fresh", "-o", "out/page.html")
    assert done.exit_code == 0, done.output
    assert done.stderr == "out/page.html: the page with the pictures\n"
    first, _, heads, _, *rows = done.stdout.splitlines()
    assert first.startswith("2 photos and 2 art pictures, middle squares of 96×96; features of vgg19_normalised at ")
    assert [row.split()[1] for row in rows] == ["photo", "tiny", "fresh"]
    assert {line.count("|") for line in (heads, *rows)} == {17}
    assert (tmp_path / "out/page.html").read_text("utf-8").count("<img") == 6


def test_json_alone_is_on_stdout() -> None:
    done = evaluated("tiny", "--json", "--count", "1")
    report = json.loads(done.stdout)
    assert report["photos"] == ["cat.PNG"]
    assert report["rows"][1]["gmac_512"] > 0


def test_two_packs_of_one_id_keep_the_names_that_were_typed(tmp_path: Path) -> None:
    write_pack(tmp_path / "runs", "tiny", seed=3)
    rows = json.loads(evaluated("tiny", "runs/tiny", "tiny", "--json", "--count", "1").stdout)["rows"]
    assert [row["style"] for row in rows] == ["photo", "tiny", "runs/tiny"]
    assert rows[1]["ssim"] != rows[2]["ssim"]


def test_what_cannot_be_evaluated_is_one_sentence_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused("tinny") == "There is no style “tinny”. Did you mean “tiny”?"
    assert refused("tiny", "--features", "vgg19_16x").endswith("set ATELIER_VGG.")
    assert refused("tiny", "--photos", "eyes") == "eyes: no JPEG, PNG or WebP picture in this folder."
    assert refused("tiny", "--art", "eyes") == "eyes: no JPEG, PNG or WebP picture in this folder."
    (tmp_path / "photos/empty.jpg").touch()
    assert refused("tiny") == "photos/empty.jpg: not a JPEG, PNG or WebP picture."
    (tmp_path / "file").touch()
    assert refused("tiny", "-o", "file/page.html") == "file: cannot be written (File exists)."
    (tmp_path / "extra/tiny/weights.safetensors").write_bytes(b"other weights")
    assert "its SHA-256 is not the one in style.toml" in refused("tiny")
    assert refused("tiny", "--device", "warp") == "The device warp cannot be used here."
