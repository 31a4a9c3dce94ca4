"""``atelier styles …`` as a person types it."""

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from deploy.cli import main
from styles import pack
from styles.networks import NETWORKS
from tests.styles.making import PREVIEW, write_pack
from tests.styles.networks.test_published import adain_states, cyclegan_state


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path / "data"))
    (tmp_path / "extra").mkdir()
    monkeypatch.setenv("ATELIER_STYLES", str(tmp_path / "extra"))


def atelier(*words: str) -> Result:
    return CliRunner().invoke(main, ["styles", *words])


def refused(*words: str) -> str:
    """The one sentence on stderr."""
    done = atelier(*words)
    assert (done.exit_code, done.stdout) == (2, ""), done.output
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("Error: ").rstrip("\n")


def ids() -> list[str]:
    return [card["id"] for card in json.loads(atelier("list", "--json").stdout)]


def test_a_published_checkpoint_from_import_to_remove(tmp_path: Path) -> None:
    torch.save(cyclegan_state(6), tmp_path / "net.pth")

    taken = ("import", "--network", "cyclegan", "net.pth", "--id", "monet", "--title-en", "Monet", "--title-zh", "莫奈")
    assert atelier(*taken, "--licence", "BSD-3-Clause").stdout == f"monet: installed in {tmp_path}/data/styles/monet\n"
    assert "monet                1.0.0    imported  Monet · 莫奈" in atelier("list").stdout
    assert atelier("verify", "monet").stdout == "monet: sound\n"
    assert atelier("export", "monet", "-o", "out.zip").exit_code == 0
    assert refused(*taken) == "The style “monet” is already imported; --replace replaces it."
    assert atelier(*taken, "--replace").exit_code == 0
    assert atelier("remove", "monet").exit_code == 0
    assert "monet" not in ids()
    assert atelier("import", "out.zip").exit_code == 0
    card = pack.read(tmp_path / "data" / "styles" / "monet")
    assert (dict(card.title), card.licence.weights) == ({"en": "Monet", "zh": "莫奈"}, "BSD-3-Clause")


def test_a_checkpoint_in_two_files_from_import_to_verify(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for name, state in zip(("vgg_normalised.pth", "decoder.pth"), adain_states(), strict=True):
        torch.save(state, tmp_path / "models" / name)

    taken = atelier("import", "--network", "adain", "models", "--id", "adain", "--licence", "MIT")

    assert taken.stdout == f"adain: installed in {tmp_path}/data/styles/adain\n"
    assert atelier("verify", "adain").stdout == "adain: sound\n"
    facts = json.loads(atelier("show", "adain", "--json").stdout)
    assert (facts["takes"], facts["network"], facts["licence"]["weights"]) == ("photo+reference", "adain", "MIT")
    assert facts["gmac_512"] > 0
    assert refused("import", "--network", "adain", "models/decoder.pth", "--id", "x") == (
        "models/decoder.pth: the network adain is published in several files: name their folder."
    )


def test_show_tells_people_and_machines_what_a_style_costs(tmp_path: Path) -> None:
    write_pack(tmp_path / "extra")

    facts = json.loads(atelier("show", "tiny", "--json").stdout)
    text = atelier("show", "tiny").stdout

    report = pack.report(tmp_path / "extra" / "tiny")
    assert facts["parameters"] == report["parameters"]
    assert facts["gmac_512"] == report["gmac_512"] > 0
    assert facts["bytes"] == (tmp_path / "extra" / "tiny" / "weights.safetensors").stat().st_size
    assert facts["origin"]["data"] == [{"title": "nothing", "source": "nowhere", "licence": "CC0-1.0"}]
    assert (facts["installed"], facts["folder"]) == ("extra", str(tmp_path / "extra" / "tiny"))
    assert f"parameters         {report['parameters']}" in text


def test_a_preview_is_written_where_one_asks(tmp_path: Path) -> None:
    write_pack(tmp_path / "extra")

    assert atelier("preview", "tiny").stdout == "tiny: written to tiny.jpg\n"
    assert (tmp_path / "tiny.jpg").read_bytes() == PREVIEW
    absent = tmp_path / "absent" / "x.jpg"
    assert refused("preview", "tiny", "-o", str(absent)) == f"{absent}: cannot be written (No such file or directory)."


def test_a_broken_pack_is_told_on_stderr_and_spoils_no_list(tmp_path: Path) -> None:
    write_pack(tmp_path / "extra", "sound")
    (tmp_path / "extra" / "broken").mkdir()
    sentence = f"{tmp_path}/extra/broken/style.toml: is missing."

    listed = atelier("list", "--json")

    assert "sound" in ids()
    assert (listed.exit_code, listed.stderr) == (0, f"broken: {sentence}\n")
    done = atelier("verify")
    assert "sound: sound\n" in done.stdout
    assert done.exit_code == 2
    assert done.stderr.endswith(f"Error: {sentence}\n")  # after what OpenVINO makes of each, where it is installed


def test_verify_finds_exchanged_weights(tmp_path: Path) -> None:
    write_pack(tmp_path / "extra")
    weights = tmp_path / "extra" / "tiny" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")

    assert refused("verify", "tiny").startswith(f"{weights}: its SHA-256 is not the one in style.toml")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "tinny"), "There is no style “tinny”. Did you mean “tiny”?"),
        (("remove", "tiny"), "The style “tiny” was not imported here; it is in "),
        (("import", "extra/tiny"), "The style “tiny” is already there, in "),
        (("import", "extra/tiny", "--id", "x"), "--id goes with --network, for a published checkpoint; "),
        (("import", "net.pth", "--network", "cyclegan"), "--id must be 1 to 32 of a–z, 0–9 and hyphens."),
        (("import", "net.pth", "--network", "cyclegan", "--id", "Ä"), "--id must be 1 to 32 of a–z, 0–9 and hyphens."),
        (("import", "net.pth", "--network", "cyclegan", "--id", "x", "--version", "1"), "--version must be three"),
        (("import", "net.pth", "--network", "cyclegan", "--id", "x"), "net.pth: not a pickle of tensors alone; "),
        (("import", "net.pth", "--network", "vgg", "--id", "x"), "net.pth: no network “vgg” has a published layout; "),
        (("import", "net.pth"), "net.pth: not a zip file that we can read."),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    write_pack(tmp_path / "extra")
    (tmp_path / "net.pth").write_bytes(b"noise")

    assert refused(*words).startswith(sentence)
    assert not list((tmp_path / "data").rglob("*"))


def test_the_help_of_import_names_every_network_that_can_be_imported() -> None:
    text = "".join(atelier("import", "--help").stdout.split())

    assert [known.name for known in NETWORKS if known.read and known.name not in text] == []


def test_every_command_has_help_with_an_example() -> None:
    for name in ("list", "show", "verify", "import", "export", "remove", "preview"):
        done = atelier(name, "--help")
        assert done.exit_code == 0
        assert f"  atelier styles {name}" in done.stdout


def test_a_missing_folder_of_styles_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_STYLES", "/nowhere")
    assert refused("list") == "ATELIER_STYLES: there is no folder /nowhere."
