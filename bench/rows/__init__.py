"""The rows, one function each; importing this makes them known, in the order of the table."""

from bench.harness import ROWS
from bench.rows import durable, fanout, files, latency, lists, memory, postgres, scroll, stalled, storm  # noqa: F401 - that order

__all__ = ["ROWS"]
