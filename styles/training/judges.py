"""The discriminators: small convolutional networks that judge patches, not pictures (Isola et al., arXiv 1611.07004).

Each maps ``N x C x H x W`` in [0, 1] to verdicts, one map ``N x 1 x h x w`` for each scale it looks at. Spectral
normalisation (Miyato et al., arXiv 1802.05957) bounds how steep a judge can be, without statistics of a batch; where
it is off, the layers between the first and the last are instance-normalised instead, as CycleGAN publishes them.
"""

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from styles.networks.norm import PictureNorm

Verdicts = tuple[Tensor, ...]
SLOPE = 0.2  # of the leaky ReLUs
WIDEST = 8  # times the width of the first layer, beyond which no layer grows
JUDGES = ("small", "patch", "multi_scale")


class SmallPatchGan(nn.Module):
    """A verdict for every 4 pixels that sees 26: enough for a line and its flat neighbours, too little for a face."""

    def __init__(self, taken: int, width: int, spectral: bool) -> None:
        super().__init__()
        wide = 2 * width
        self.layers = nn.Sequential(
            layer(taken, width, 4, 2, spectral, plain=True),
            nn.LeakyReLU(SLOPE),
            layer(width, wide, 4, 2, spectral),
            nn.LeakyReLU(SLOPE),
            layer(wide, 2 * wide, 3, 1, spectral),
            nn.LeakyReLU(SLOPE),
            layer(2 * wide, 1, 3, 1, spectral, plain=True),
        )

    def forward(self, images: Tensor) -> Verdicts:
        return (self.layers(images * 2 - 1).float(),)


class PatchGan(nn.Module):
    """The published one. With ``halvings`` = 3 a verdict sees 70 pixels: parts of faces, leaves, panes of a window."""

    def __init__(self, taken: int, width: int, halvings: int, spectral: bool) -> None:
        super().__init__()
        widths = [width * min(2**place, WIDEST) for place in range(halvings + 1)]
        parts = [layer(taken, width, 4, 2, spectral, plain=True), nn.LeakyReLU(SLOPE)]
        for place in range(1, halvings + 1):
            stride = 2 if place < halvings else 1
            parts += [layer(widths[place - 1], widths[place], 4, stride, spectral), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*parts, layer(widths[-1], 1, 4, 1, spectral, plain=True))

    def forward(self, images: Tensor) -> Verdicts:
        return (self.layers(images * 2 - 1).float(),)


class MultiScale(nn.Module):
    """The same judge over, each on a picture of half the former size (Wang et al., arXiv 1711.11585, section 3.2).

    The coarse ones see whether things hang together, the fine one sees strokes.
    """

    def __init__(self, taken: int, width: int, halvings: int, scales: int, spectral: bool) -> None:
        super().__init__()
        self.judges = nn.ModuleList(PatchGan(taken, width, halvings, spectral) for _ in range(scales))

    def forward(self, images: Tensor) -> Verdicts:
        found: Verdicts = ()
        for place, judge in enumerate(self.judges):
            if place:
                images = functional.avg_pool2d(images, 3, 2, 1, count_include_pad=False)
            found += judge(images)
        return found


def judge(kind: str, taken: int, width: int, halvings: int, scales: int, spectral: bool) -> nn.Module:
    """The judge of that name for pictures of ``taken`` channels."""
    if kind == "small":
        return SmallPatchGan(taken, width, spectral)
    if kind == "patch":
        return PatchGan(taken, width, halvings, spectral)
    return MultiScale(taken, width, halvings, scales, spectral)


def least_side(kind: str, halvings: int, scales: int) -> int:
    """The shortest side in pixels from which there is a verdict on every scale."""
    if kind == "small":
        return 8
    finest = 3 << halvings  # the last two layers take a pixel each
    return finest << (scales - 1) if kind == "multi_scale" else finest


def layer(taken: int, given: int, kernel: int, stride: int, spectral: bool, *, plain: bool = False) -> nn.Module:
    """A convolution, kept tame one way or the other; ``plain`` are the first and the last, which no norm follows."""
    convolution = nn.Conv2d(taken, given, kernel, stride, 1)
    if spectral:
        return spectral_norm(convolution)
    return convolution if plain else nn.Sequential(convolution, PictureNorm(given, given, affine=False))
