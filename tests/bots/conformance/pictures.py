"""Small real pictures that can be told apart."""

import io

from PIL import Image

from bots.message import Photo


def _encoded(colour: tuple[int, int, int], kind: str, frames: int = 1) -> bytes:
    buffer = io.BytesIO()
    shades = [Image.new("RGB", (16, 16), (*colour[:2], 40 * number)) for number in range(frames)]
    more = {"save_all": True, "append_images": shades[1:], "duration": 80} if frames > 1 else {}
    shades[0].save(buffer, kind, **more)
    return buffer.getvalue()


CAT, DOG = _encoded((200, 120, 0), "JPEG"), _encoded((90, 60, 0), "JPEG")
MOVING = _encoded((200, 120, 0), "GIF", 3)


def painted(name: str) -> Photo:
    """A result; another name is another picture."""
    return Photo(_encoded((sum(name.encode()) % 256, 30, 0), "JPEG"), "image/jpeg", name, 16, 16)
