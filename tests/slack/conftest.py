from tests.fixtures import database, empty_database, store

__all__ = ["database", "empty_database", "store"]
