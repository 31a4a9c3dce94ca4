"""From whatever colours a file holds to sRGB: palettes, greys of 1 to 32 bits, CMYK, profiles, transparency."""

import io

import numpy as np
from PIL import Image, ImageCms

PLAIN = ("L", "LA", "RGB", "RGBA", "CMYK")
"""The modes that can be resized well and converted afterwards."""

SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""A profile's colour space, and the mode that it describes."""


def resizable(image: Image.Image) -> Image.Image:
    """The picture, loaded, in one of the ``PLAIN`` modes. Nothing visible changes."""
    image.load()
    if image.mode.startswith(("I", "F")):
        return _eight_bits(image)
    if image.has_transparency_data:
        return image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in PLAIN else image.convert("RGB")


def srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB or RGBA in sRGB, by the file's ICC profile if it has a usable one."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode[:-1]) if alpha else image
    colours = (profile and _by_profile(colours, profile)) or _rgb(colours)
    if alpha:
        colours.putalpha(alpha)
    return colours


def flattened(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The picture over white, carrying nothing of its file's metadata, and its transparency if it has any."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    photo = _rgb(image)
    photo.info = {}
    if alpha is None or alpha.getextrema()[0] == 255:
        return photo, None
    return Image.composite(photo, Image.new("RGB", photo.size, "white"), alpha), alpha


def _rgb(image: Image.Image) -> Image.Image:
    """RGB; itself where it is that already: a copy of 100 million pixels takes 400 MB."""
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits (in Pillow's modes I;16 and I) or of floats from 0 to 1."""
    values = np.asarray(image)
    if image.mode.startswith("I"):
        return Image.fromarray((values.clip(0, 65535) >> 8).astype(np.uint8))
    return Image.fromarray((values.clip(0, 1) * 255).astype(np.uint8))


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if SPACES.get(source.profile.xcolor_space.strip()) != image.mode or "sRGB" in (_name(source)):
            return None  # it describes other pixels than these, or says what we have
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None  # a broken profile is no reason to refuse a picture


def _name(profile: ImageCms.ImageCmsProfile) -> str:
    return profile.profile.profile_description or ""
