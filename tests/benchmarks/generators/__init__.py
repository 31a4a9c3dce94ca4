"""Our generator beside the published ones, and every shipped pack, in tables. docs/generators.md says how to read them.

\b
  python -m tests.benchmarks.generators            the published candy, mosaic and rain_princess beside ours
  python -m tests.benchmarks.generators --packs    every shipped pack
  python -m tests.benchmarks.generators --like styles/packs/any   our generator for any style beside MicroAST
"""
