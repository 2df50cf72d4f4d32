"""The rows, one function each; importing a module here makes its rows known, in the order of the table."""

from bench.rows import durable, fanout, latency, memory, storm, stalled, lists, files  # noqa: I001 - the table's order

__all__ = ["durable", "fanout", "files", "latency", "lists", "memory", "stalled", "storm"]
