from tests.fixtures import database, store

__all__ = ["database", "store"]
