"""CUDA graphs: what is recorded when and for which shapes; and on a CUDA device, that a replay paints the same."""

import pytest
import torch
from torch import Tensor

from styles.graphed import MOST_GRAPHS, PATIENCE, Graphed, Run
from styles.style import Style
from tests.styles.making import card, codes_for, generator


class Recorder:
    """Records as a CUDA graph does: tensors of its own, which what is given is copied into."""

    def __init__(self, *, fails: bool = False) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.replays = 0
        self._fails = fails

    def __call__(self, run: Run, images: Tensor, codes: Tensor | None) -> Run:
        if self._fails:
            raise RuntimeError("operation not permitted when stream is capturing")
        self.shapes.append(tuple(images.shape))
        given_images, given_codes = images.clone(), None if codes is None else codes.clone()

        def replay(images: Tensor, codes: Tensor | None) -> Tensor:
            self.replays += 1
            given_images.copy_(images)
            if given_codes is not None and codes is not None:
                given_codes.copy_(codes)
            return run(given_images, given_codes)

        return replay


def style(name: str = "small", device: str = "cpu") -> Style:
    return Style(card(name=name), generator(name), torch.device(device))


def photos(count: int = 1, side: int = 32) -> Tensor:
    return torch.rand(count, 3, side, side)


def test_a_shape_that_comes_often_is_recorded_once_and_replayed_from_then_on() -> None:
    recorder, plain = Recorder(), style()
    graphed = Graphed(plain, recorder)
    for run in range(PATIENCE + 3):
        images = photos()
        torch.testing.assert_close(graphed(images), plain(images))
        assert recorder.replays == max(0, run + 1 - PATIENCE)
    assert recorder.shapes == [(1, 3, 32, 32)]
    graphed(photos(2))
    assert recorder.replays == 3, "another number of pictures is another shape"


@pytest.mark.parametrize("name", ["arbitrary", "scenes"])
def test_codes_are_part_of_what_is_replayed(name: str) -> None:
    recorder, plain = Recorder(), style(name)
    graphed = Graphed(plain, recorder)
    for seed in range(PATIENCE + 2):
        torch.manual_seed(seed)
        images, codes = photos(), codes_for(plain, photos())
        torch.testing.assert_close(graphed(images, codes), plain(images, codes))
    assert recorder.replays == 2


def test_large_batches_stay_with_torch() -> None:
    recorder = Recorder()
    graphed = Graphed(style(), recorder)
    for _ in range(PATIENCE + 1):
        graphed(photos(1, 1032))
    assert not recorder.shapes


def test_the_shape_that_was_replayed_least_recently_is_forgotten() -> None:
    recorder = Recorder()
    graphed = Graphed(style(), recorder)
    for side in range(16, 16 * (MOST_GRAPHS + 2), 16):
        for _ in range(PATIENCE + 1):
            graphed(photos(1, side))
    assert graphed.graphs == MOST_GRAPHS
    graphed(photos(1, 16))
    assert len(recorder.shapes) == MOST_GRAPHS + 1, "it must come often again"


def test_what_cannot_be_recorded_is_torch_s_from_then_on() -> None:
    plain = style()
    graphed = Graphed(plain, Recorder(fails=True))
    for _ in range(PATIENCE + 3):
        images = photos()
        torch.testing.assert_close(graphed(images), plain(images))
    assert graphed.graphs == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
@pytest.mark.parametrize("name", ["small", "arbitrary"])
def test_a_replay_on_the_device_paints_what_torch_does(name: str) -> None:
    plain = style(name, "cuda")
    graphed = Graphed(plain)
    for _ in range(PATIENCE + 3):
        images, codes = photos(2, 64), codes_for(plain, photos(2))
        torch.testing.assert_close(graphed(images, codes), plain(images, codes), atol=1e-3, rtol=1e-3)
    assert graphed.graphs == 1
