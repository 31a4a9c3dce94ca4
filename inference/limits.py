"""How much the service takes on: pictures, the queue, batches, memory.

Every bound stands here once, so that a machine's owner can see what a stranger can make it do.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds and waits. Bytes are bytes, times are seconds, sides and pixels are counted after EXIF orientation."""

    # One picture, all read from its header before anything is decoded.
    picture_bytes: int = 20_000_000
    picture_pixels: int = 100_000_000
    heavy_pixels: int = 50_000_000  # of all but JPEG and PNG; a WebP takes four times their memory while it is decoded
    picture_frames: int = 5000  # are counted; of a longer one, not even the first is taken
    min_side: int = 16
    max_aspect: float = 20.0

    # What moves. All of it is decoded, and each frame costs the device what a small picture does. 9 million pixels
    # are a frame of the largest films; 300 million in all are decoded in two or three seconds.
    moving_frames: int = 60
    moving_frame_pixels: int = 9_000_000
    moving_pixels: int = 300_000_000
    moving_at_once: int = 4  # each holds its finished frames, 40 MB at most

    # The longer side of a result. Up to `whole_side` a picture is painted whole and the result enlarged to it; above,
    # its detail is painted in tiles, too.
    min_result_side: int = 64
    whole_side: int = 2048
    giant_side: int = 16_000  # WebP ends at 16,383

    # Pictures in tiles. One of 100 million pixels holds 0.8 GB at its worst moment; smaller ones share that room.
    tiled_at_once: int = 4
    tiled_pixels: int = 100_000_000
    tile_side: int = 768

    # The queue. Its bytes are the encoded pictures that wait; a person's bound leaves room for two albums.
    queue_jobs: int = 128  # a minute or so on a machine without an accelerator
    queue_bytes: int = 400_000_000
    user_jobs: int = 24

    # Scheduling. A job may be passed over for a fuller batch or a loaded generator until it has waited `max_wait_s`.
    max_wait_s: float = 3.0
    fill_wait_s: float = 0.010
    # A batch's activations are pixels times the generator's measured bytes per pixel; an accelerator takes a share of
    # its own memory instead. On a CPU two pictures of 256×256 or more take twice as long as one, so that batching them
    # would only keep the first one's owner waiting, and others behind whoever fills a batch; smaller ones share it.
    batch_jobs: int = 16
    batch_bytes: int = 16 * 2**20

    # Batches that the device runs at once, 0 for as many as suit it: one for each thread that torch may use on a CPU.
    lanes: int = 0

    # Generators that are loaded ahead of their turn, at once; None for as many as suit the device. A CPU would take the
    # time for it from the pictures.
    loads_ahead: int | None = None

    # The cache of loaded generators, how long a broken pack is not tried again, and how often we look for new ones.
    cache_bytes: int = 256 * 2**20
    broken_for_s: float = 60.0
    rescan_every_s: float = 5.0

    # Codes of style pictures that are kept: some thousand numbers each.
    codes: int = 2000
    code_bytes: int = 8 * 2**20
