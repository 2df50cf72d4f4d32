"""The rows, one function each; importing this makes them known, in the order of the table."""

from bench.harness import ROWS
from bench.rows import (  # noqa: F401 - that order
    cluster,
    cluster_crowd,
    cluster_day,
    durable,
    fanout,
    files,
    latency,
    lists,
    mail,
    memory,
    postgres,
    provider,
    redis_hop,
    scroll,
    stalled,
    storm,
)

__all__ = ["ROWS"]
