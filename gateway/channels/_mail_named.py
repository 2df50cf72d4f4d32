"""Whom a mail names anywhere in its headers, a machine's too, unseen, or in what servers wrote on its way: when one of
them is erased, what names her goes with her.

More is taken for an address here than where somebody is written to: what stands in a name beside one is one, too.
"""

from __future__ import annotations

from gateway.channels._mail_fields import LONGEST_LIST, bare
from gateway.channels._mail_parse import MOST_HEADERS, Mail
from gateway.channels._mail_people import House

MOST = 500
"""Addresses of one mail; of one that names more neither the whole nor those lines are kept."""
NAMING = frozenset(
    {
        *("from", "sender", "reply-to", "to", "cc", "bcc", "return-path", "errors-to", "mail-followup-to"),
        *("resent-from", "resent-sender", "resent-reply-to", "resent-to", "resent-cc", "resent-bcc"),
        *(
            "delivered-to",
            "x-original-to",
            "envelope-to",
            "x-envelope-to",
            "x-delivered-to",
            "x-forwarded-to",
        ),
        *("x-forwarded-for", "x-original-sender", "x-original-from", "disposition-notification-to"),
    }
)


def named_in(mail: Mail, house: House) -> tuple[str, ...] | None:
    """Each once, but for ours. None: more than are kept, or than was looked at."""
    lines = [value for name, value in mail.headers if name in NAMING and "@" in value]
    if len(mail.headers) >= MOST_HEADERS or sum(map(len, lines)) > LONGEST_LIST:
        return None
    known = (*mail.from_, *mail.sender, *mail.reply_to, *mail.original, *mail.to, *mail.cc)
    found = dict.fromkeys(one.address for one in known)
    for line in lines:
        for address in bare(line):
            found[address] = None
            if len(found) > MOST:
                return None
    return tuple(one for one in found if house.account(one) is None)
