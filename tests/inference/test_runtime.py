"""Which runtime runs the generators: asked for, chosen, or refused in a sentence."""

from functools import partial

import pytest
import torch

from inference.device import Device, choose
from inference.errors import NotReady
from styles import compiled
from styles.compiled import Compiled
from styles.style import Style
from tests.styles.making import card, generator


def load(style: str, *, device: torch.device, dtype: torch.dtype) -> Style:
    return Style(card(style), generator(), device, dtype)


def test_torch_runs_them_where_it_is_asked_for() -> None:
    device = choose("cpu", "torch")
    assert device.runtime == "torch"
    assert type(device.load(load, "tiny")) is Style


def test_openvino_runs_them_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "is_installed", lambda: True)
    device = choose("cpu", "openvino")
    assert isinstance(partial(device.load, load)("tiny"), Compiled)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert choose("cpu").runtime == "openvino"
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert choose("cpu").runtime == "torch", "nobody measured it there"


def test_without_openvino_torch_runs_them_and_asking_for_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "is_installed", lambda: False)
    assert choose("cpu").runtime == "torch"
    with pytest.raises(NotReady, match="OpenVINO is not installed"):
        choose("cpu", "openvino")


def test_a_runtime_that_nobody_knows_is_named() -> None:
    with pytest.raises(NotReady, match="no runtime “tensorrt”; it can be auto, torch, openvino or cudagraphs"):
        choose("cpu", "tensorrt")


def test_cuda_graphs_are_refused_where_there_is_no_cuda_device() -> None:
    with pytest.raises(NotReady, match="CUDA graphs run on a CUDA device alone"):
        choose("cpu", "cudagraphs")


def test_a_device_knows_its_runtime_without_being_told() -> None:
    assert Device(torch.device("cpu"), torch.float32).runtime == "torch"
