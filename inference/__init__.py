"""The shared, batched service that turns a Job into a Result.

``job``, ``errors``, ``service`` and ``client`` are its torch-free face: all that ``bots`` may see.
"""
