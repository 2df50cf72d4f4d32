"""The rows, one function each; importing a module here makes its rows known."""

from bench.rows import durable

__all__ = ["durable"]
