"""StyleGAN2: pictures out of chance, and out of words where it has learnt some.

Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (CVPR 2020, arXiv:1912.04958), with its skip
connections: every size adds to an RGB picture of its own, so that the generator can be asked for a smaller picture.
Each convolution's input channels are scaled by the *style* of one picture and its outputs evened out again (section
2.2); here the features are scaled and not the filters, which is equal and lets all pictures share one convolution.

Words enter as labels, one for each word, as classes do in its successor (arXiv:2006.06676): their embedding stands
beside the chance vector. Like a style picture's, the *code* of a picture is one vector, the style w; the photo that the
others paint is a blank canvas here, of which only the size counts.
"""

import re
from math import sqrt
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from styles.networks.reading import State, normalised, widths

FIRST = 4  # pixels of the side of the constant that every picture grows from
SLOPE, GAIN = 0.2, 2**0.5  # of the activation, which keeps the mean square of its input
FILTER = (1.0, 3.0, 3.0, 1.0)  # lowpass, at every change of size
SLOW = 0.01  # learning rate of the mapping network, as a factor
EPSILON = 1e-8
AVERAGED = 4096  # chance vectors whose mean style is that of a checkpoint which does not tell it


class StyleGAN2(nn.Module):
    """Map ``N x 3 x H x W`` canvases and ``N x style`` codes to RGB of the same shape in [0, 1].

    The picture is made at the size of the canvas' longer side, a power of 2 up to ``size``, and resized to it if that
    differs. A layer at R pixels has ``width * size / R`` channels, at most ``most``. ``latent`` is the length of the
    chance vector, ``depth`` the layers of the mapping network. ``words`` are the labels' names, joined by commas.
    ``truncation`` from 1 to 0 trades variety for quality: how far a style may be from the mean one (arXiv:1812.04948,
    B).
    """

    def __init__(
        self,
        size: int = 256,
        width: int = 16,
        most: int = 128,
        style: int = 128,
        latent: int = 32,
        depth: int = 4,
        words: str = "",
        truncation: float = 1.0,
    ) -> None:
        super().__init__()
        if size < 2 * FIRST or size & (size - 1):
            raise ValueError(f"size must be a power of 2 from {2 * FIRST}, not {size}")
        self.words = tuple(words.split(",")) if words else ()
        self.latent, self.truncation, self.code_size = latent, truncation, style
        sides = [FIRST << step for step in range((size // FIRST).bit_length())]
        channels = [min(most, width * size // side) for side in sides]
        self.embed = Even(len(self.words), latent) if self.words else None
        given = 2 * latent if self.words else latent
        self.mapping = nn.ModuleList(Even(style if layer else given, style, rate=SLOW) for layer in range(depth))
        self.mean: Tensor
        self.register_buffer("mean", torch.zeros(style))
        self.constant = nn.Parameter(torch.randn(1, channels[0], FIRST, FIRST))
        self.begin = Styled(channels[0], channels[0], style, FIRST)
        self.begin_rgb = ToRGB(channels[0], style)
        pairs = list(zip(channels, channels[1:], sides[1:], strict=False))
        self.grow = nn.ModuleList(Styled(taken, made, style, side, doubles=True) for taken, made, side in pairs)
        self.stay = nn.ModuleList(Styled(made, made, style, side) for _, made, side in pairs)
        self.rgb = nn.ModuleList(ToRGB(made, style) for _, made, _ in pairs)

    def code(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Styles, ``N x style``, of chance vectors, ``N x latent`` (normal), and labels, ``N x L``."""
        features = evened(latents)
        if self.embed is not None:
            features = torch.cat((features, evened(self.embed(labels))), dim=1)
        for layer in self.mapping:
            features = activated(layer(features))
        codes: Tensor = self.mean + self.truncation * (features - self.mean)
        return codes

    def forward(self, images: Tensor, codes: Tensor) -> Tensor:
        features = self.begin(self.constant.expand(len(images), -1, -1, -1), codes)
        picture: Tensor = self.begin_rgb(features, codes)  # N, 3, R, R, in float32, for all sizes add to it
        for grow, stay, rgb in zip(self.grow, self.stay, self.rgb, strict=True):
            if picture.shape[-1] >= max(images.shape[-2:]):
                break
            features = stay(grow(features, codes), codes)
            picture = doubled(picture) + rgb(features, codes)
        if picture.shape[-2:] != images.shape[-2:]:
            picture = functional.interpolate(picture, images.shape[-2:], mode="bicubic", antialias=True)
        return picture * 0.5 + 0.5


class Styled(nn.Module):
    """A modulated convolution, noise, bias and activation; one that ``doubles`` makes twice the size of it."""

    def __init__(self, taken: int, made: int, style: int, side: int, *, doubles: bool = False) -> None:
        super().__init__()
        self.doubles = doubles
        self.modulation = Even(style, taken, bias=1.0)
        self.weight = nn.Parameter(torch.randn(made, taken, 3, 3))
        self.bias = nn.Parameter(torch.zeros(made))
        self.strength = nn.Parameter(torch.zeros(1))
        self.noise: Tensor
        self.register_buffer("noise", torch.randn(1, 1, side, side))

    def forward(self, features: Tensor, codes: Tensor) -> Tensor:
        weight = self.weight * scale(self.weight)
        scales = self.modulation(codes)  # N, taken
        evening = (scales.square() @ weight.square().sum((2, 3)).t() + EPSILON).rsqrt()  # N, made: equation 3
        features = features * scales[..., None, None]
        if self.doubles:
            features = functional.conv_transpose2d(features, weight.transpose(0, 1), stride=2)  # N, made, R + 1, R + 1
            features = filtered(features, (1, 1))
        else:
            features = functional.conv2d(features, weight, padding=1)
        noise = torch.randn_like(features[:, :1]) if self.training else self.noise
        return activated(features * evening[..., None, None] + self.strength * noise + self.bias[:, None, None])


class ToRGB(nn.Module):
    """A picture of the features, ``N x 3 x R x R`` in [-1, 1]; modulated, but not evened out."""

    def __init__(self, taken: int, style: int) -> None:
        super().__init__()
        self.modulation = Even(style, taken, bias=1.0)
        self.weight = nn.Parameter(torch.randn(3, taken, 1, 1))
        self.bias = nn.Parameter(torch.zeros(3))

    def forward(self, features: Tensor, codes: Tensor) -> Tensor:
        modulated = features * self.modulation(codes)[..., None, None]
        return functional.conv2d(modulated, self.weight * scale(self.weight), self.bias).float()


class Even(nn.Module):
    """A linear layer whose weights are scaled as they are used, so that all learn at one pace (arXiv:1710.10196, 4.1).

    ``rate`` is its learning rate, as a factor of the others'. It computes in the precision of its input.
    """

    def __init__(self, taken: int, made: int, *, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.rate = rate
        self.weight = nn.Parameter(torch.randn(made, taken) / rate)
        self.bias = nn.Parameter(torch.full((made,), bias / rate))

    def forward(self, features: Tensor) -> Tensor:
        weight, bias = self.weight.to(features.dtype), self.bias.to(features.dtype)
        return functional.linear(features, weight * (self.rate * scale(weight)), bias * self.rate)


def scale(weight: Tensor) -> float:
    """What keeps the spread of a layer's output that of its input, where the weights are normal."""
    return 1 / sqrt(weight[0].numel())


def evened(vectors: Tensor) -> Tensor:
    """``N x K``, each with a mean square of 1."""
    return vectors * (vectors.square().mean(1, keepdim=True) + EPSILON).rsqrt()


def activated(features: Tensor) -> Tensor:
    return functional.leaky_relu(features, SLOPE) * GAIN


def doubled(picture: Tensor) -> Tensor:
    """Twice the height and width: zeros between the pixels, then the lowpass filter."""
    apart = picture.new_zeros(*picture.shape[:2], *(2 * side for side in picture.shape[2:]))
    apart[..., ::2, ::2] = picture
    return filtered(apart, (2, 1))


def filtered(features: Tensor, around: tuple[int, int]) -> Tensor:
    """The lowpass filter, with so many zeros before and after, and four times as bright: three of four were zeros."""
    count = features.shape[1]
    line = features.new_tensor(FILTER) / (sum(FILTER) / 2)
    before, after = around
    padded = functional.pad(features, (before, after, before, after))
    across = functional.conv2d(padded, line.expand(count, 1, 1, -1), groups=count)
    return functional.conv2d(across, line[:, None].expand(count, 1, -1, 1), groups=count)


PUBLISHED = {  # the names in the PyTorch form that most checkpoints have, and ours
    "input.input": "constant",
    "latent_avg": "mean",
    "conv1": "begin",
    "to_rgb1": "begin_rgb",
}


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read the generator's running mean (``g_ema``) in the layout of the PyTorch form that most checkpoints have."""
    state = normalised(state)
    last = sum(1 for name in state if re.fullmatch(r"to_rgbs\.\d+\.bias", name))
    _, channels, *_ = widths(state, "input.input", 4)
    style, latent = widths(state, "style.1.weight", 2)
    width = widths(state, f"to_rgbs.{last - 1}.conv.weight", 5)[2]
    depth = sum(1 for name in state if re.fullmatch(r"style\.\d+\.weight", name))
    options: dict[str, Any] = {"size": FIRST << last, "width": width, "most": channels, "style": style}
    options |= {"latent": latent, "depth": depth, "truncation": 0.7}
    ours = {_renamed(name): tensor for name, tensor in state.items() if not name.endswith(".kernel")}
    ours = {name: _reshaped(name, tensor).float() for name, tensor in ours.items()}
    ours["mean"] = ours["mean"] if "mean" in ours else _mean(options, ours)
    return options, ours


def _renamed(name: str) -> str:
    """Our name of a published tensor."""
    for theirs, our in PUBLISHED.items():
        if name == theirs or name.startswith(f"{theirs}."):
            return _inner(our + name.removeprefix(theirs))
    kind, _, rest = name.partition(".")
    number, _, rest = rest.partition(".")
    match kind:
        case "style":
            return f"mapping.{int(number) - 1}.{rest}"
        case "convs":
            return _inner(f"{'stay' if int(number) % 2 else 'grow'}.{int(number) // 2}.{rest}")
        case "to_rgbs":
            return _inner(f"rgb.{number}.{rest}")
        case "noises":
            place = int(number.removeprefix("noise_"))
            return f"{'stay' if place % 2 == 0 else 'grow'}.{(place - 1) // 2}.noise" if place else "begin.noise"
    return name


def _inner(name: str) -> str:
    for theirs, our in ((".conv.", "."), (".noise.weight", ".strength"), (".activate.bias", ".bias")):
        name = name.replace(theirs, our)
    return name


def _reshaped(name: str, tensor: Tensor) -> Tensor:
    if tensor.dim() == 5:  # a filter for one picture, to be scaled for each
        return tensor[0]
    return tensor.flatten() if name.endswith(("rgb.bias", "mean")) or re.fullmatch(r"rgb\.\d+\.bias", name) else tensor


def _mean(options: dict[str, Any], state: State) -> Tensor:
    """The mean style of chance vectors, which a checkpoint may leave out."""
    net = StyleGAN2(**{**options, "size": 2 * FIRST, "width": 1, "most": 1, "truncation": 1.0})
    mapping = {name: tensor for name, tensor in state.items() if name.startswith("mapping.")}
    try:
        net.load_state_dict(net.state_dict() | mapping)
    except RuntimeError as error:
        raise ValueError("its mapping network is of another layout") from error
    latents = torch.randn(AVERAGED, net.latent, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        return net.code(latents, torch.zeros(AVERAGED, 0)).mean(0)
