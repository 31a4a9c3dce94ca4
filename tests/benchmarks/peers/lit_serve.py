"""LitServe: https://lightning.ai/docs/litserve (batching; images in and out as in its examples)."""

# mypy: disable-error-code="import-not-found, import-untyped", allow-subclassing-any

from typing import Any

import litserve
from fastapi import HTTPException, Request, Response

from deploy.bench.hands import Hands
from deploy.bench.offer import Offer, arguments
from inference.errors import ServiceError
from inference.pictures import Pixels, Prepared
from tests.benchmarks.peers.sorting import paint

Decoded = tuple[str, Prepared]
Done = tuple[Decoded, Pixels | Exception]


class Api(litserve.LitAPI):
    """``decode_request``, ``predict`` and ``encode_response`` run one after another in the worker's process."""

    def __init__(self, offer: Offer) -> None:
        waits = {"max_batch_size": offer.batch, "batch_timeout": 0.010} if offer.batch > 1 else {}
        super().__init__(**waits)
        self._offer = offer

    def setup(self, device: Any) -> None:
        self._hands = Hands(self._offer)

    def decode_request(self, request: Request) -> Decoded:
        form: Any = request  # that is what comes of a request that is one
        try:
            return form["style"], self._hands.prepare(form["image"].file.read(), form["style"])
        except ServiceError as error:
            raise HTTPException(400, error.message) from error

    def batch(self, inputs: list[Decoded]) -> list[Decoded]:
        return inputs

    def predict(self, wanted: Any) -> Any:
        jobs: list[Decoded] = wanted if self._offer.batch > 1 else [wanted]
        done = list(zip(jobs, paint(self._hands, [(style, one.pixels) for style, one in jobs]), strict=True))
        return done if self._offer.batch > 1 else done[0]

    def unbatch(self, output: list[Done]) -> list[Done]:
        return output

    def encode_response(self, output: Done) -> Response:
        (style, prepared), styled = output
        if isinstance(styled, Exception):
            raise HTTPException(500, "failed") from styled
        return Response(self._hands.finish(prepared, styled, style), media_type="image/jpeg")


def main(offer: Offer, port: int) -> None:
    server = litserve.LitServer(Api(offer), accelerator="cpu", workers_per_device=1, timeout=False)
    server.run(host="127.0.0.1", port=port, num_api_servers=1, generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main(*arguments())
