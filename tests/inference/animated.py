"""Pictures that move, to be restyled: a disc that wanders over a still ground, in each kind of file."""

import io
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.hostile import photo

SHOWN_MS = (40, 120, 80, 200)
"""How long each of four frames is shown."""

Movie = NDArray[np.float64]


def wandering(count: int = 4, width: int = 96, height: int = 64, *, clear: bool = False) -> list[Image.Image]:
    """Frames, RGB, or RGBA on a transparent ground with ``clear``."""
    ground = Image.new("RGBA", (width, height)) if clear else photo(width, height)
    frames = []
    for step in range(count):
        frame, left = ground.copy(), 4 + step * (width // 2) // count
        ImageDraw.Draw(frame).ellipse((left, height // 2, left + height // 3, height * 5 // 6), fill=(230, 40, 30))
        frames.append(frame)
    return frames


def animated(kind: str, frames: Sequence[Image.Image] = (), shown_ms: Sequence[int] = SHOWN_MS, **more: Any) -> bytes:
    """Encode as GIF, WEBP or PNG, without end unless ``more`` says otherwise."""
    frames = frames or wandering(len(shown_ms))
    out = io.BytesIO()
    options = {"save_all": True, "append_images": frames[1:], "duration": list(shown_ms), "loop": 0} | more
    frames[0].save(out, kind, **options)
    return out.getvalue()


def moving(data: bytes) -> tuple[Movie, list[int]]:
    """What is seen, N×H×W×3, and for how many milliseconds each."""
    image, seen, shown_ms = Image.open(io.BytesIO(data)), [], []
    for place in range(getattr(image, "n_frames", 1)):
        image.seek(place)
        seen.append(np.asarray(image.convert("RGB"), np.float64))
        shown_ms.append(round(image.info["duration"]))
    return np.stack(seen), shown_ms


def film(frames: Sequence[Image.Image] = (), *, per_second: int = 10, kind: str = "mp4") -> bytes:
    """Encode as MP4 or WebM. Needs PyAV."""
    import av

    frames = frames or wandering()
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        stream = container.add_stream("libx264" if kind == "mp4" else "libvpx-vp9", rate=per_second)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = frames[0].size
        stream.pix_fmt, stream.codec_context.thread_count = "yuv420p", 1
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(np.asarray(frame.convert("RGB")), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return out.getvalue()


def watched(data: bytes) -> tuple[Movie, list[float]]:
    """What a film shows, N×H×W×3, and when each frame begins, in milliseconds. Needs PyAV."""
    import av

    with av.open(io.BytesIO(data), "r") as container:
        frames = [(frame.to_ndarray(format="rgb24"), frame.time) for frame in container.decode(video=0)]
    return np.stack([seen for seen, _ in frames]).astype(float), [1000 * (time or 0.0) for _, time in frames]


def starts_ms(shown_ms: Sequence[int]) -> list[int]:
    """When each frame begins."""
    return [0, *accumulate(shown_ms)][:-1]
