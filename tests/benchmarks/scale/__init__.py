"""The scheduler at internet scale, under a virtual clock: ``python -m tests.benchmarks.scale``.

The ``inference.scheduler.Scheduler`` of each replica is the real one, unchanged; people, devices, loads and the
network are simulated from the figures in ``assumptions``. No second passes: an event happens, and the clock jumps to
the next.
"""
