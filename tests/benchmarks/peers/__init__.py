"""Other serving engines, each set up as its own documentation advises, to be measured beside ours.

All of them load the same generators from the same library, decode and encode with the same functions
(``deploy.bench.hands``), and have one process that generates, with as many threads of torch as we have. They get the
batch that the bare pipeline was fastest with, and the ten milliseconds to fill it that ours has. None knows how to
run pictures of several styles and sizes as one batch, so each sorts what its batch holds (``peers.sorting``).

They live in environments of their own: ``python -m tests.benchmarks.peers.install``.
"""
