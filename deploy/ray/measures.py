"""Every replica's measures as one text for Prometheus, each with the replica's name beside it."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


def together(texts: Iterable[tuple[str, bytes]]) -> bytes:
    """Join Prometheus texts; ``texts`` are (replica, text), and every sample gains the label ``replica``."""
    joined: dict[str, Metric] = {}
    for replica, text in texts:
        for family in text_string_to_metric_families(text.decode()):
            metric = joined.setdefault(family.name, Metric(family.name, family.documentation, family.type))
            metric.samples.extend(
                sample._replace(labels={**sample.labels, "replica": replica}) for sample in family.samples
            )
    registry = CollectorRegistry()
    registry.register(_Kept(joined.values()))
    return generate_latest(registry)


class _Kept(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = tuple(metrics)

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)
