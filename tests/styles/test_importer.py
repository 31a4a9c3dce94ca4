"""Published checkpoints: taken in once, and refused with a sentence that names the file."""

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from styles import bundle, pack
from styles.card import Card
from styles.errors import BadCheckpoint
from styles.importer import import_checkpoint, unknown_origin
from styles.samples import sample
from tests.styles.making import card, generator
from tests.styles.networks.test_published import adain_states, cyclegan_state
from tests.styles.networks.test_stylegan2 import published as stylegan2_state


def blank(network: str = "cyclegan") -> Card:
    return replace(card("taken", network), origin=unknown_origin(), network_options={})


def test_a_published_checkpoint_becomes_a_pack_that_paints(tmp_path: Path) -> None:
    file = tmp_path / "latest_net_G.pth"
    torch.save(cyclegan_state(6), file)

    taken = import_checkpoint(file, blank(), tmp_path / "styles", sha256=pack.digest(file.read_bytes()).upper())

    assert taken == pack.read(tmp_path / "styles" / "taken")
    assert taken.network_options == {"width": 4, "blocks": 6, "dropout": False}
    assert taken.origin.recipe == f"imported from latest_net_G.pth with SHA-256 {pack.digest(file.read_bytes())}"
    style = pack.load(tmp_path / "styles" / "taken", taken, "cpu", torch.float32)
    assert style(sample("cat")).std() > 0.01
    assert pack.content(tmp_path / "styles" / "taken", "preview.jpg").startswith(b"\xff\xd8")


def test_the_old_file_layout_of_torch_is_read(tmp_path: Path) -> None:
    file = tmp_path / "old.pth"
    torch.save(cyclegan_state(9), file, _use_new_zipfile_serialization=False)

    assert import_checkpoint(file, blank(), tmp_path / "styles").network_options["blocks"] == 9


def test_a_published_fast_neural_style(shared: Path, tmp_path: Path) -> None:
    file = shared / "weights" / "fast_neural_style" / "candy.pth"

    taken = import_checkpoint(file, blank("fast-neural-style"), tmp_path)

    report = pack.report(tmp_path / "taken")
    assert report["parameters"] == 1_679_235
    assert report["weights_bytes"] < 3_500_000, "half precision stays half precision"
    style = pack.load(tmp_path / "taken", taken, "cpu", torch.float32)
    painted = style(torch.nn.functional.interpolate(sample(), (96, 128)))
    assert 0.1 < painted.mean() < 0.9
    assert painted.std() > 0.1


@pytest.mark.parametrize("nested", [True, False])
def test_a_published_stylegan2_is_taken_by_its_running_mean(nested: bool, tmp_path: Path) -> None:
    state = stylegan2_state(mean=False)
    whole = {"g": {}, "g_ema": state, "latent_avg": torch.zeros(6), "d_optim": {}} if nested else state
    torch.save(whole, tmp_path / "550000.pt")

    taken = import_checkpoint(tmp_path / "550000.pt", blank("stylegan2"), tmp_path)

    style = pack.load(tmp_path / "taken", taken, "cpu", torch.float32)
    assert (taken.takes, taken.size.best) == ("words", 64)
    assert style(torch.zeros(1, 3, 16, 16), style.imagine("anything at all", 3)).std() > 0.01


class Bomb:
    """A pickle that would run a command when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def test_a_pickle_that_would_run_code_is_refused_and_does_not_run(tmp_path: Path) -> None:
    file, mark = tmp_path / "bomb.pth", tmp_path / "ran"
    torch.save(cyclegan_state(6) | {"model.99.weight": Bomb(mark)}, file)

    with pytest.raises(BadCheckpoint, match=r"bomb\.pth: not a pickle of tensors alone"):
        import_checkpoint(file, blank(), tmp_path / "styles")

    assert not mark.exists()
    assert not (tmp_path / "styles").exists()


@pytest.mark.parametrize(
    "value",
    [
        {"state_dict": cyclegan_state(6), "epoch": 200},
        [torch.ones(3)],
        torch.ones(3),
        {"model.1.weight": 3.0},
        {1: torch.ones(3)},
        {},
    ],
    ids=["training state", "list", "tensor", "number", "numbered", "empty"],
)
def test_what_is_no_plain_state_dict_is_refused(value: object, tmp_path: Path) -> None:
    torch.save(value, tmp_path / "odd.pth")

    with pytest.raises(BadCheckpoint, match=r"odd\.pth: not a plain state dict"):
        import_checkpoint(tmp_path / "odd.pth", blank(), tmp_path / "styles")


def test_a_whole_pickled_module_is_refused(tmp_path: Path) -> None:
    torch.save(generator("cyclegan"), tmp_path / "module.pth")

    with pytest.raises(BadCheckpoint, match=r"module\.pth: not a pickle of tensors alone"):
        import_checkpoint(tmp_path / "module.pth", blank(), tmp_path / "styles")


def whole() -> bytes:
    return pickle.dumps({"a": 1})


@pytest.mark.parametrize("data", [b"", b"\x80", b"PK\x03\x04", b"GIF89a" * 99, whole()[:-3], b"\x80\x02]q\x00(K\x01"])
def test_noise_and_torn_files_are_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "torn.pth").write_bytes(data)

    with pytest.raises(BadCheckpoint, match=r"torn\.pth: not a p"):
        import_checkpoint(tmp_path / "torn.pth", blank(), tmp_path / "styles")


def test_a_torn_download_is_refused(tmp_path: Path) -> None:
    torch.save(cyclegan_state(6), tmp_path / "torn.pth")
    data = (tmp_path / "torn.pth").read_bytes()

    for part in (0.1, 0.5, 0.99):
        (tmp_path / "torn.pth").write_bytes(data[: int(len(data) * part)])
        with pytest.raises(BadCheckpoint, match=r"torn\.pth: not a pickle of tensors alone"):
            import_checkpoint(tmp_path / "torn.pth", blank(), tmp_path / "styles")


def test_another_networks_checkpoint_is_refused_with_the_key_that_lacks(tmp_path: Path) -> None:
    torch.save(generator("cartoongan").state_dict(), tmp_path / "cartoon.pth")

    with pytest.raises(
        BadCheckpoint, match=r"cartoon\.pth: not a checkpoint of the network cyclegan: it has no model\.1"
    ):
        import_checkpoint(tmp_path / "cartoon.pth", blank(), tmp_path / "styles")


def test_another_file_than_the_publishers_is_refused(tmp_path: Path) -> None:
    torch.save(cyclegan_state(6), tmp_path / "net.pth")

    with pytest.raises(BadCheckpoint, match=r"net\.pth: its SHA-256 is [0-9a-f]{64}, not the expected one"):
        import_checkpoint(tmp_path / "net.pth", blank(), tmp_path / "styles", sha256="0" * 64)


def test_our_own_network_has_no_published_layout(tmp_path: Path) -> None:
    torch.save(generator().state_dict(), tmp_path / "own.pth")

    with pytest.raises(BadCheckpoint, match="no network “small” has a published layout; there are fast-neural-style, "):
        import_checkpoint(tmp_path / "own.pth", blank("small"), tmp_path / "styles")


def test_weights_that_paint_one_colour_are_refused(tmp_path: Path) -> None:
    torch.save({name: tensor * 0 for name, tensor in cyclegan_state(6).items()}, tmp_path / "flat.pth")

    with pytest.raises(BadCheckpoint, match=r"flat\.pth: it paints no picture: a photo becomes one flat colour"):
        import_checkpoint(tmp_path / "flat.pth", blank(), tmp_path / "styles")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadCheckpoint, match=r"absent\.pth: cannot be read \(No such file or directory\)"):
        import_checkpoint(tmp_path / "absent.pth", blank(), tmp_path / "styles")


def adain_folder(folder: Path) -> Path:
    folder.mkdir()
    for name, state in zip(("vgg_normalised.pth", "decoder.pth"), adain_states(), strict=True):
        torch.save(state, folder / name)
    (folder / "LICENSE").write_text("MIT")
    return folder


def test_what_is_published_in_several_files_comes_from_their_folder(tmp_path: Path) -> None:
    folder = adain_folder(tmp_path / "published")

    taken = import_checkpoint(folder, replace(blank("adain"), takes="photo"), tmp_path / "styles")

    assert (taken.takes, taken.network_options) == ("photo+reference", {"width": 4})
    digests = {name: pack.digest((folder / name).read_bytes()) for name in ("vgg_normalised.pth", "decoder.pth")}
    assert taken.origin.recipe == "imported from " + ", ".join(f"{n} with SHA-256 {d}" for n, d in digests.items())
    assert pack.report(tmp_path / "styles" / "taken")["imported_sha256"] == digests
    assert bundle.verify(tmp_path / "styles" / "taken") == taken


def test_a_folder_that_lacks_a_part_or_has_one_twice_or_is_none_is_refused(tmp_path: Path) -> None:
    folder = adain_folder(tmp_path / "published")

    def refused(file: Path = folder, sha256: str | None = None) -> str:
        with pytest.raises(BadCheckpoint) as refusal:
            import_checkpoint(file, blank("adain"), tmp_path / "styles", sha256=sha256)
        return str(refusal.value).removeprefix(f"{file}: ")

    assert refused(folder / "decoder.pth") == "the network adain is published in several files: name their folder."
    assert refused(sha256="0" * 64) == "is a folder, and a SHA-256 is of one file."
    (folder / "decoder-2.pth").write_bytes(b"")
    expected = "must hold one file whose name begins with decoder, and holds "
    assert refused() == f"{expected}several (decoder-2.pth, decoder.pth)."
    (folder / "decoder-2.pth").unlink()
    (folder / "decoder.pth").unlink()
    assert refused() == f"{expected}none."


def test_each_part_is_read_without_running_it(tmp_path: Path) -> None:
    folder, mark = adain_folder(tmp_path / "published"), tmp_path / "ran"
    torch.save({"1.weight": Bomb(mark)}, folder / "decoder.pth")

    with pytest.raises(BadCheckpoint, match=r"decoder\.pth: not a pickle of tensors alone"):
        import_checkpoint(folder, blank("adain"), tmp_path / "styles")

    assert not mark.exists()


def test_a_folder_for_a_network_of_one_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCheckpoint, match=r"cannot be read \(Is a directory\)"):
        import_checkpoint(tmp_path, blank(), tmp_path / "styles")


def test_the_published_microast_becomes_a_pack_that_paints(shared: Path, tmp_path: Path) -> None:
    taken = import_checkpoint(shared / "weights" / "microast", blank("microast"), tmp_path)

    assert (taken.takes, taken.network_options) == ("photo+reference", {"width": 64})
    assert pack.report(tmp_path / "taken")["parameters"] == 471_987  # 0.472 million in the paper
    style = pack.load(tmp_path / "taken", taken, "cpu", torch.float32)
    photo = torch.nn.functional.interpolate(sample(), (96, 128))
    painted = style(photo, style.encode(sample("painting")))
    assert painted[:, 2].mean() > photo[:, 2].mean() - 0.1 + painted[:, 0].mean() - photo[:, 0].mean(), "bluer"
