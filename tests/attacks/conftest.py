from tests.inbox.conftest import both, house, open_with
from tests.slack.test_door import door
from tests.visitors.conftest import shop

__all__ = ["both", "door", "house", "open_with", "shop"]
