"""mosec: https://mosecorg.github.io/mosec (stages for preprocessing, inference and postprocessing)."""

# mypy: disable-error-code="import-not-found, import-untyped", allow-subclassing-any

import os
import sys
from typing import Any

from mosec import Server, ValidationError, Worker

from deploy.bench.hands import Hands
from deploy.bench.offer import Offer, arguments
from inference.errors import ServiceError
from inference.pictures import Pixels, Prepared
from tests.benchmarks.peers.sorting import paint

Decoded = tuple[str, Prepared]

OFFER = "BENCH_OFFER"
"""Each stage is a process of its own, and reads here what it serves."""


class _Stage(Worker):
    def __init__(self) -> None:
        self.hands = Hands(Offer.of(os.environ[OFFER]))


class Decode(_Stage):
    def deserialize(self, data: bytes) -> tuple[str, bytes]:
        style, _, picture = data.partition(b"\n")
        return style.decode(), picture

    def forward(self, data: tuple[str, bytes]) -> Decoded:
        style, picture = data
        try:
            return style, self.hands.prepare(picture, style)
        except ServiceError as error:
            raise ValidationError(error.message) from error


class Paint(_Stage):
    def forward(self, data: Any) -> Any:
        jobs: list[Decoded] = data if self.max_batch_size > 1 else [data]
        done = list(zip(jobs, paint(self.hands, [(style, one.pixels) for style, one in jobs]), strict=True))
        return done if self.max_batch_size > 1 else done[0]


class Encode(_Stage):
    resp_mime_type = "image/jpeg"

    def forward(self, data: tuple[Decoded, Pixels | Exception]) -> bytes:
        (style, prepared), styled = data
        if isinstance(styled, Exception):
            raise styled
        return self.hands.finish(prepared, styled, style)

    def serialize(self, data: bytes) -> bytes:
        return data


def main(offer: Offer, port: int) -> None:
    os.environ[OFFER] = offer.to_text()
    sys.argv[1:] = ["--address", "127.0.0.1", "--port", str(port), "--timeout", "600000", "--log-level", "warning"]
    server = Server()
    server.append_worker(Decode)
    server.append_worker(Paint, max_batch_size=offer.batch, max_wait_time=10 if offer.batch > 1 else 0)
    server.append_worker(Encode)
    server.run()


if __name__ == "__main__":
    main(*arguments())
