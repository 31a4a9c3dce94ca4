"""Which library decodes and encodes JPEG fastest, as the service asks it to: whole, and scaled while decoding.

``taskset -c 1 python -m tests.benchmarks.jpeg``. Times are of the process's CPU, least of several rounds in which all
take turns. What is not installed (simplejpeg) is left out.
"""

import io
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, features

from styles import torchvision_schemas  # noqa: F401 - so that torchvision can be imported
from tests.benchmarks.pipeline import photo

Pixels = NDArray[np.uint8]
Decode = Callable[[bytes, int], object]
Encode = Callable[[Pixels], object]

QUALITY = 92


def pillow_decode(data: bytes, scale: int) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.draft(None, (image.width // scale, image.height // scale))
        image.load()
        return image


def pillow_encode(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=QUALITY, subsampling="4:4:4")
    return out.getvalue()


def opencv_decode(data: bytes, scale: int) -> object:
    flags = {1: cv2.IMREAD_COLOR_RGB, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4}
    return cv2.imdecode(np.frombuffer(data, np.uint8), flags[scale])


def opencv_encode(pixels: Pixels) -> object:
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111]  # 4:4:4
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)


def simplejpeg_decode(decode: Callable[..., object], data: bytes, scale: int) -> object:
    with Image.open(io.BytesIO(data)) as header:
        return decode(data, min_height=header.height // scale, min_width=header.width // scale)


def coders() -> tuple[dict[str, Decode], dict[str, Encode]]:
    decoders: dict[str, Decode] = {"pillow": pillow_decode, "opencv": opencv_decode}
    encoders: dict[str, Encode] = {"pillow": pillow_encode, "opencv": opencv_encode}
    if find_spec("simplejpeg"):
        simple = import_module("simplejpeg")
        decoders["simplejpeg"] = partial(simplejpeg_decode, simple.decode_jpeg)
        encoders["simplejpeg"] = lambda pixels: simple.encode_jpeg(pixels, QUALITY, "RGB", "444")
    try:
        vision = import_module("torchvision.io")
        vision.encode_jpeg(torch.zeros(3, 8, 8, dtype=torch.uint8))
    except (ImportError, RuntimeError, AttributeError):
        print("torchvision's own operators do not load beside this torch")
        return decoders, encoders
    decoders["torchvision (1/1)"] = lambda data, _: vision.decode_jpeg(torch.frombuffer(data, dtype=torch.uint8))
    encoders["torchvision (4:2:0)"] = lambda pixels: vision.encode_jpeg(
        torch.from_numpy(pixels).permute(2, 0, 1).contiguous(), QUALITY
    )
    return decoders, encoders


def least(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """CPU milliseconds."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began_s = time.process_time()
            way()
            took[name].append(time.process_time() - began_s)
    return {name: min(seconds) * 1e3 for name, seconds in took.items()}


@click.command(help=__doc__)
@click.option("--rounds", default=7, show_default=True)
def command(rounds: int) -> None:
    print("pillow's libjpeg-turbo:", features.version_feature("libjpeg_turbo"))
    decoders, encoders = coders()
    for side, scales in ((512, (1,)), (3464, (1, 2, 4))):
        data = photo(side)
        for scale in scales:
            ways = {name: partial(way, data, scale) for name, way in decoders.items()}
            show(f"decode {side}² at 1/{scale}", least(ways, rounds))
        with Image.open(io.BytesIO(data)) as image:
            pixels = np.array(image)
        show(f"encode {side}²", least({name: partial(way, pixels) for name, way in encoders.items()}, rounds))


def show(what: str, figures: dict[str, float]) -> None:
    print(f"{what:24}", " · ".join(f"{name} {ms:.1f} ms" for name, ms in figures.items()), flush=True)


if __name__ == "__main__":
    command()
