"""Events and signals between the processes of one deployment, by Redis (or Valkey)."""

from gateway.carriage.carriage import Carriage

__all__ = ["Carriage"]
