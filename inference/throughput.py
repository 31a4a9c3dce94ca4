"""How fast the service is, measured: seconds per pixel of each style, newest batches counting most."""

FRESHNESS = 0.3  # the weight of the newest batch: a change of load shows after three batches, one odd batch does not
GUESS_S_PER_PIXEL = 2e-6  # half a second for 512×512, until something was measured


class Throughput:
    """Learns from finished batches; the overall rate stands in for a style not seen yet."""

    def __init__(self) -> None:
        self._overall: float | None = None
        self._by_style: dict[str, float] = {}
        self.encoding_s = 0.0  # what a result still takes once the device is done with it

    def learn(self, style: str, pixels: int, seconds: float) -> None:
        """Count a batch of ``pixels`` in all that kept the device busy for ``seconds``."""
        if pixels <= 0 or seconds < 0:
            return
        rate = seconds / pixels
        self._overall = _blend(self._overall, rate)
        self._by_style[style] = _blend(self._by_style.get(style), rate)

    def learn_encoding(self, seconds: float) -> None:
        """Count what followed on the device for one batch."""
        self.encoding_s += FRESHNESS * (seconds - self.encoding_s)

    def seconds(self, style: str, pixels: int) -> float:
        """The estimate for ``pixels`` in ``style``."""
        overall = GUESS_S_PER_PIXEL if self._overall is None else self._overall
        return self._by_style.get(style, overall) * pixels


def _blend(before: float | None, now: float) -> float:
    return now if before is None else before + FRESHNESS * (now - before)
