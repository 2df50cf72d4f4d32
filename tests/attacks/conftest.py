from tests.inbox.conftest import both, house, open_with
from tests.visitors.conftest import shop

__all__ = ["both", "house", "open_with", "shop"]
