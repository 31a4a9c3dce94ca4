"""The visible list of what is measured. To add a figure: have ``judge`` give it, and add its line here."""

from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher", ""]


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of the table. ``better`` is empty where neither end is good in itself."""

    key: str
    head: str
    better: Better
    decimals: int
    means: str


COLUMNS = (
    Column(
        "content_loss",
        "content loss",
        "lower",
        3,
        "Mean squared difference between the features of photo and result in one deep layer: how much of what the "
        "photo shows has been changed. 0 is the photo itself.",
    ),
    Column(
        "style_loss",
        "style loss",
        "lower",
        3,
        "Squared difference between the Gram matrices of the result and the mean ones of the art, summed over layers: "
        "which features come together, wherever they are. The row “photo” is where one starts.",
    ),
    Column(
        "ssim",
        "SSIM",
        "higher",
        3,
        "Structural similarity of brightness to the photo; 1 is identical. A style that draws is meant to lose some.",
    ),
    Column(
        "lpips_like",
        "LPIPS-like",
        "lower",
        3,
        "Mean squared difference between unit-length features of photo and result, from 0 to 2: LPIPS without its "
        "learned weights, so not comparable with published LPIPS.",
    ),
    Column(
        "fid_like",
        "FID-like",
        "lower",
        1,
        "Fréchet distance between the results' and the art's features, each picture giving up to 64 pooled samples. "
        "It needs several pictures on both sides, falls as their number grows, and compares only within one table.",
    ),
    Column(
        "colour_shift",
        "colour shift ΔE",
        "",
        1,
        "How far the colours of the picture's areas moved, in CIELAB units; 2 is just seen, 100 is black to white.",
    ),
    Column(
        "checkerboard",
        "checkerboard",
        "lower",
        2,
        "Spectral peaks with periods of 2 and 4 pixels against nearby frequencies, by the photo's own; 1 is no more "
        "than the photo has.",
    ),
    Column(
        "faces_found",
        "faces still found",
        "higher",
        2,
        "Share of the photos' faces that a detector still finds at the same place; – where the photos have none.",
    ),
    Column(
        "frame_difference",
        "frame difference",
        "lower",
        4,
        "When the photo moves by 1 or 2 pixels: how differently from it the result changes. Grows with contrast.",
    ),
    Column(
        "warp_error",
        "warp error",
        "lower",
        4,
        "When the photo moves by 1 or 2 pixels: how far the result is from itself moved as much. 0 holds still.",
    ),
    Column(
        "seconds",
        "s/picture",
        "lower",
        3,
        "Median seconds of the generator alone for one picture, one at a time in float32, styles taking turns.",
    ),
    Column("pictures_per_s", "pictures/s", "higher", 2, "One by the seconds."),
    Column("gmac_512", "GMAC at 512²", "lower", 2, "10⁹ multiply-accumulates for one picture of 512×512 pixels."),
    Column("parameters", "parameters", "lower", 0, "Learned numbers."),
    Column("megabytes", "MB", "lower", 2, "10⁶ bytes of the weights' file."),
)
