"""Where orders are taken to the queue, in whatever parts they run."""

from dataclasses import dataclass, replace

from inference import pictures
from inference.batch import Key
from inference.call import Call
from inference.creation import EVERYWHERE, FOREVER
from inference.gate import Gate
from inference.job import TAKES_WORDS, Job, Options, Progress
from inference.limits import Limits
from inference.metrics import Metrics
from inference.pictures import Header
from inference.pipeline import Pipeline
from inference.references import StylePicture
from inference.service import StyleInfo
from inference.throughput import Throughput
from inference.work import Canvas, Whole, Work
from inference.worker import Worker
from styles.card import Card


@dataclass(frozen=True, slots=True)
class Order:
    """A job with its style's card; ``options`` are the job's with the style's defaults put in.

    ``references`` are the job's style pictures, judged.
    """

    job: Job
    card: Card
    options: Options
    references: tuple[StylePicture, ...] = ()

    @property
    def info(self) -> StyleInfo:
        return info(self.card)


def info(card: Card) -> StyleInfo:
    """What people are told of a style."""
    plain = StyleInfo(card.id, card.version, card.title, card.takes, card.licence.weights)
    if card.consent is None:
        return plain
    scope = () if EVERYWHERE in card.consent.scope else card.consent.scope
    return replace(plain, scope=scope, expires="" if card.consent.expires == FOREVER else card.consent.expires)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a service that runs is made of, as far as orders need it."""

    pipeline: Pipeline
    worker: Worker
    gate: Gate
    throughput: Throughput
    metrics: Metrics
    limits: Limits
    labels: pictures.Labels

    def take(self, order: Order, header: Header, progress: Progress | None) -> Call:
        """Queue a picture that is one result. Raises what ``queue`` raises."""
        work = Whole(order.job.picture, header, order.options, order.info, self.labels)
        return self.queue(order, header, work, progress)

    def make(self, order: Order, progress: Progress | None) -> Call:
        """Queue a picture that is made of words. Raises what ``queue`` raises."""
        side, _ = pictures.of_words(order.options, order.card.size)
        work = Canvas(side, order.options, order.info, self.labels)
        return self.queue(order, Header("", side, side), work, progress)

    def queue(
        self, order: Order, header: Header, work: Work, progress: Progress | None = None, *, follows: bool = False
    ) -> Call:
        """Queue one picture. ``header`` says its size; ``follows``: see ``Pipeline.submit``. Raises Busy, NotReady."""
        key = self.key(order, header)
        activation_bytes = self.worker.device.activation_bytes(key.pixels, order.card.size.activation_bytes_per_pixel)
        call = self.pipeline.submit(
            order.job, key, activation_bytes, work, order.info, progress, order.references, follows=follows
        )
        if not follows:
            self.metrics.accepted.labels(order.card.id).inc()
        return call

    def queue_tile(
        self, order: Order, key: Key, work: Work, progress: Progress | None = None, *, follows: bool = False
    ) -> Call:
        """Queue a part of a picture, of ``key``. Raises Busy, NotReady.

        The scheduler prefers full batches, and one tile would fill one: it would go before other people's pictures
        until these have waited as long as anybody may. So it is counted as small as anything, and waits for its turn.
        """
        smallest = self.limits.batch_bytes / self.limits.batch_jobs
        call = self.pipeline.submit(
            order.job, key, smallest, work, order.info, progress, order.references, follows=follows
        )
        if not follows:
            self.metrics.accepted.labels(order.card.id).inc()
        return call

    def key(self, order: Order, header: Header) -> Key:
        """What this picture shares with those that it can run with."""
        if order.card.takes == TAKES_WORDS:
            _, side = pictures.of_words(order.options, order.card.size)
            return Key(order.card.id, order.card.version, side, side)
        height, width = pictures.bucket(header, order.options, order.card.size)
        return Key(order.card.id, order.card.version, height, width)
