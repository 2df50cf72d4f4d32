from tests.fixtures import database

__all__ = ["database"]
