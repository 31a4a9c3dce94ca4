"""BentoML: starts what stands in ``bento_services`` with its own command."""

import os
import sys

from deploy.bench.offer import Offer, arguments

OFFER = "BENCH_OFFER"


def main(offer: Offer, port: int) -> None:
    os.environ |= {OFFER: offer.to_text(), "BENTOML_DO_NOT_TRACK": "True"}
    place = "tests.benchmarks.peers.bento_services:Stylize"
    words = ["-m", "bentoml", "serve", place, "--host", "127.0.0.1", "--port", str(port), "--api-workers", "1"]
    os.execv(sys.executable, [sys.executable, *words])


if __name__ == "__main__":
    main(*arguments())
