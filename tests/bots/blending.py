"""A service whose results are real pictures that differ with what was asked for."""

import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageOps

from inference.job import Job, Result
from tests.bots.console import Inverting


class Blending(Inverting):
    """Blends photo and negative by the strength; in grey where the photo's colours are not kept."""

    def _made(self, job: Job) -> Result:
        picture = blended(job)
        width, height = Image.open(io.BytesIO(picture)).size
        return replace(super()._made(job), picture=picture, width=width, height=height)

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        return _jpeg(Image.new("RGB", (300, 200), "olive"))


def blended(job: Job) -> bytes:
    photo = Image.open(io.BytesIO(job.picture)).convert("RGB")
    negative = ImageOps.invert(photo)
    if not job.options.keep_colours:
        negative = negative.convert("L").convert("RGB")
    return _jpeg(Image.blend(photo, negative, 1.0 if job.options.strength is None else job.options.strength))


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()
