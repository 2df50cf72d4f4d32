"""Mail that no person wrote: out-of-office notes, lists, machines. It is shown, and never answered by itself.

RFC 3834 (Auto-Submitted), RFC 2919 (List-Id), RFC 5321 section 4.5.5 (the null sender), and what programs send that
know none of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from gateway.channels._mail_bounces import POSTMASTER, bounces
from gateway.channels._mail_parse import Mail

# From the beginning: "Re: Out of office" is somebody who answers one.
_AWAY = re.compile(
    r"^\s*(?:\[[^\]]{0,40}\]\s*)?(?:auto(?:matic)?[- ]?(?:reply|response|replied)|out of (?:the )?office"
    r"|abwesenheitsnotiz|réponse automatique|respuesta automática"
    r"|자동 ?(?:회신|응답|답장|답변)|부재 ?중 ?(?:알림|메일|자동|입니다|회신|안내|통지|응답)|부재 ?(?:알림|안내|통지)"
    r"|휴가 ?중 ?(?:알림|자동|입니다|안내|회신)|휴가 ?(?:알림|안내)"
    r"|自動(?:返信|応答|回覆|回复)|自动(?:回复|答复)|不在(?:通知|のお知らせ|自動)|外出(?:通知|自动回复)|休假(?:通知|自动回复)"
    r"|离线自动回复|(?:いない|休暇中).{0,10}自動)",
    re.IGNORECASE,
)
_REPLIES_ITSELF = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-response", "x-autoresponder")
_BULK = frozenset({"bulk", "junk", "list"})


class Origin(StrEnum):
    """What wrote a mail, where it was no person."""

    AWAY = "away"
    """An out-of-office note, or another program that answers for somebody."""
    LIST = "list"
    """A mailing list or a newsletter."""
    BOUNCE = "bounce"
    """A mail server, of a mail of ours that did not arrive, or not yet."""
    REPORT = "report"
    """A mail server or program, of a mail of ours that arrived or was read."""
    MACHINE = "machine"


def automatic(mail: Mail, ours: Collection[str] = (), *, null_sender: bool = False) -> Origin | None:
    """What wrote it; None: a person may have. `ours`: our own addresses, in lower case: a group that only passes mail
    on to us is no list. `null_sender`: it came with an empty return path."""
    told = bounces(mail)
    if mail.report is not None or told:
        failed = any(one.action in {"failed", "delayed"} for one in told)
        return Origin.BOUNCE if failed else Origin.REPORT
    precedence = mail.header("precedence").lower().strip()
    if _AWAY.search(mail.subject) or any(mail.header(name) for name in _REPLIES_ITSELF):
        return Origin.AWAY
    if precedence in {"auto_reply", "auto-reply"}:
        return Origin.AWAY
    submitted = mail.header("auto-submitted").lower().partition(";")[0].strip()
    if submitted not in {"", "no"}:
        return Origin.AWAY if submitted == "auto-replied" else Origin.MACHINE
    if _is_list(mail, precedence) and not _is_our_group(mail, ours):
        return Origin.LIST
    if null_sender or mail.header("return-path").replace(" ", "") == "<>":
        return Origin.MACHINE
    if any(POSTMASTER.match(person.address) for person in mail.from_):
        return Origin.MACHINE
    # Outlook writes "OOF" into people's mail too; "All" stands in a machine's.
    return Origin.MACHINE if mail.header("x-auto-response-suppress").lower().strip() == "all" else None


def _is_list(mail: Mail, precedence: str) -> bool:
    named = any(mail.header(name) for name in ("list-id", "list-unsubscribe", "list-post", "mailing-list"))
    return named or precedence in _BULK


def _is_our_group(mail: Mail, ours: Collection[str]) -> bool:
    """A group of ours through which customers' mail comes: its address, or its id made of it (Google Groups)."""
    told = " ".join(mail.header(name) for name in ("list-id", "list-post", "mailing-list")).lower()
    names = set(re.findall(r"[^\s<>,;:/]+", told[:2_000]))
    return any(address in names or address.replace("@", ".") in names for address in ours)
