from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

HANA, JUNE = "hana@post.example", "june@post.example"
OURS = "help@haru.example"


def missing() -> str:
    """Why the tests of this room are left out; empty: they are not."""
    return "; ".join(one for one in (Dovecot.missing(), Postfix.missing()) if one)
