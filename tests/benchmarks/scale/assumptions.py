"""Every figure that the simulation takes for granted, in one place, each with where it comes from.

"Measured" was measured on one core of a server processor with bfloat16, in process CPU time, with the shipped styles
(``inference.pictures`` and ``inference.worker.restyle`` on a 512×512 photo). "Assumed" was not measured by anybody
here: change it and run again.
"""

from dataclasses import dataclass

from inference.device import LOADS_AHEAD
from inference.limits import Limits

# People. All of it is assumed.
PEOPLE = 1_000_000
PICTURES_A_DAY = 12.0
"""For each person: some messages, each an album or a style and then another."""
STYLES = 2000
ZIPF = 1.0
"""The style of rank r is wanted in proportion to r ** -ZIPF."""
HEAVY = 3.0
"""A person's number is PEOPLE * u ** HEAVY for a uniform u: a tenth of the people send 46 % of the pictures."""
GROUPS, IN_GROUPS = 50_000, 0.3
"""Three pictures of ten are asked for in a group."""
HOURS = (
    *(0.45, 0.35, 0.3, 0.28, 0.3, 0.4, 0.55, 0.75, 0.9, 1.0, 1.05, 1.1),
    *(1.3, 1.25, 1.2, 1.2, 1.25, 1.35, 1.45, 1.6, 1.7, 1.65, 1.45, 1.17),
)
"""The day's curve, by hour; its mean is 1 and its peak 1.7."""
BURST_S, BURST_EVERY_S, BURST = 15.0, 120.0, 1.0
"""Something is passed around: for BURST_S of each BURST_EVERY_S comes BURST times as much again, all in one style."""

# Pictures. The sizes are rungs of the real ladder; how often each comes is assumed.
SIZES = ((384, 512, 0.3), (512, 384, 0.25), (512, 512, 0.15), (288, 512, 0.15), (512, 288, 0.1), (640, 640, 0.05))
ENCODED_BYTES = 120_000
ACTIVATION_BYTES_PER_PIXEL = 272.5 / 2
"""Measured: what the shipped packs' cards say for float32, halved for bfloat16."""

# Generators: (share of the styles, bytes once loaded). The small one is measured, the large one's share is assumed.
WEIGHTS = ((0.9, 842_000), (0.1, 23_000_000))
NETWORK_S = 0.004
"""Assumed: from a bot host to a replica and back, beside the picture's own way."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One replica. A batch takes ``launch_s`` and ``pixel_s`` for each pixel; a load ``load_s`` and ``load_byte_s``.

    Its ``hands`` decode and encode beside the device, and ``loads_ahead`` generators are loaded at once before their
    turn, each as fast as alone. Routing by style gives a replica ``spare`` jobs of its own styles
    before it looks how busy the others are.
    """

    name: str
    launch_s: float
    pixel_s: float
    decode_s: float
    encode_s: float
    hands: int
    load_s: float
    load_byte_s: float
    hour_price: float
    spare: int
    limits: Limits
    loads_ahead: int = 0

    def run_s(self, pixels: int) -> float:
        return self.launch_s + self.pixel_s * pixels

    def beside_s(self, each_s: float, pictures: int) -> float:
        """What is done to each picture beside the device, by so many hands."""
        return each_s * -(-pictures // self.hands)

    def loading_s(self, weight_bytes: int) -> float:
        return self.load_s + self.load_byte_s * weight_bytes


CPU = Machine(
    name="one core",
    launch_s=0.0,
    pixel_s=5.5e-7,  # measured: 0.144 s for 512×512 alone
    decode_s=0.0036,  # measured
    encode_s=0.0039,  # measured
    hands=1,
    load_s=0.026,  # measured, with the file in the system's cache
    load_byte_s=1 / 500e6,  # assumed: what a plain volume reads
    hour_price=0.04,  # assumed, in dollars
    spare=1,
    limits=Limits(),
)
"""Batches gain nothing here and a load costs less than a wait, so a style's own replica, once busy, passes on."""

GPU = Machine(
    name="one accelerator",
    launch_s=0.004,  # assumed
    pixel_s=5e-9,  # assumed: 1.3 ms for 512×512
    decode_s=0.0036,
    encode_s=0.0039,
    hands=8,  # assumed: cores beside it
    load_s=0.030,
    load_byte_s=1 / 500e6,
    hour_price=2.5,  # assumed, in dollars
    spare=16,
    limits=Limits(batch_bytes=20 * 2**30),
    loads_ahead=LOADS_AHEAD,
)
"""Nobody measured this one here: it shows what batches change, not what a certain accelerator does."""
