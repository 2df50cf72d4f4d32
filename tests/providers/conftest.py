from tests.fixtures import database
from tests.providers.town import house, hurried, town_of

__all__ = ["database", "house", "hurried", "town_of"]
