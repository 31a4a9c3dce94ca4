"""The perceptual networks: three published layouts, read from local files."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from styles.training import MissingPerception, perception, pictures

VGG_WIDTHS = (4, 4, 6, 6, *[8] * 12)  # torchvision's sixteen convolutions, thinner


def torchvision_state() -> dict[str, Tensor]:
    """torchvision's keys: convolutions at their places in ``features``, then classifiers that nobody needs here."""
    places = (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)
    state: dict[str, Tensor] = {"classifier.0.weight": torch.zeros(2, 2)}
    taken = 3
    for place, given in zip(places, VGG_WIDTHS, strict=True):
        state[f"features.{place}.weight"] = torch.randn(given, taken, 3, 3) / (3 * taken) ** 0.5
        state[f"features.{place}.bias"] = torch.randn(given)
        taken = given
    return state


@pytest.mark.parametrize(
    ("name", "deepest", "channels"), [("vgg19_normalised", "relu3_1", 256), ("vgg19_16x", "relu5_1", 128)]
)
def test_the_published_weights_see_a_picture(shared: Path, name: str, deepest: str, channels: int) -> None:
    eyes = perception.load(name, shared / "weights/vgg19")
    seen = eyes(torch.rand(1, 3, 32, 32), {"relu1_1", deepest})
    assert eyes.layers[-1] == deepest
    assert seen.keys() == {"relu1_1", deepest}
    assert seen[deepest].shape[1] == channels
    assert seen[deepest].abs().sum() > 0


def test_the_normalised_weights_have_mean_activations_near_one(shared: Path) -> None:
    eyes = perception.load("vgg19_normalised", shared / "weights/vgg19")
    photo = pictures.sized(pictures.read(shared / "images/photos/places/tubingen.jpg"), 128)
    seen = eyes(pictures.batch([pictures.tensor(photo)], torch.device("cpu")), {"relu2_1", "relu3_1"})
    assert all(0.3 < float(features.mean()) < 3 for features in seen.values())


def test_torchvisions_layout_gives_what_its_convolutions_give(tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = torchvision_state()
    torch.save(state, tmp_path / "vgg19-dcbb9e9d.pth")
    eyes = perception.load("vgg19", tmp_path)
    images = torch.rand(1, 3, 32, 32)
    mean = torch.tensor(perception.IMAGENET_MEAN).view(1, 3, 1, 1)
    deviation = torch.tensor(perception.IMAGENET_DEVIATION).view(1, 3, 1, 1)
    features = (images - mean) / deviation
    for place in (0, 2):
        weight, bias = state[f"features.{place}.weight"], state[f"features.{place}.bias"]
        features = torch.relu(torch.nn.functional.conv2d(features, weight, bias, padding=1))
    assert eyes.layers == perception.LAYERS
    torch.testing.assert_close(eyes(images, {"relu1_2"})["relu1_2"], features)
    assert eyes(images, {"relu5_4"})["relu5_4"].shape == (1, 8, 2, 2)


def test_where_weights_were_looked_for_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_VGG", str(tmp_path / "nowhere"))
    with pytest.raises(MissingPerception, match=r"nowhere or .*; set ATELIER_VGG"):
        perception.load("vgg19_16x", None)


def test_the_setting_names_the_folder(vgg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_VGG", str(vgg))
    assert perception.load("vgg19_normalised", None).layers[-1] == "relu3_1"


def test_other_weights_under_its_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "vgg19_16x_to_relu5_1.safetensors").write_bytes(b"not a tensor in sight")
    with pytest.raises(MissingPerception, match="does not hold the weights of vgg19_16x"):
        perception.load("vgg19_16x", tmp_path)


def test_a_layer_too_deep_is_refused(vgg: Path) -> None:
    with pytest.raises(MissingPerception, match="ends at relu3_1, before relu4_1"):
        perception.load("vgg19_normalised", vgg).check(["relu4_1"])
