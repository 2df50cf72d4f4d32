"""What a house of mail writes by itself: bounces (RFC 3464) and out-of-office notes (RFC 3834). Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

from gateway.events import new_id
from gateway.sandbox.mail.letters import Head, Person
from gateway.sandbox.mail.writing import POLICY

AWAY = {
    "ko": (
        "자동 회신: {subject}",
        "안녕하세요. 휴가 중이라 다음 주 월요일부터 답장드릴 수 있어요.\n\n{name} 드림\n",
    ),
    "en": (
        "Automatic reply: {subject}",
        "Hello,\n\nI am away until Monday and will answer then.\n\n{name}\n",
    ),
}


def bounce(raw: bytes, to: str, recipient: str, answer: str, at: int) -> bytes:
    """What the server that had taken a mail reports of it to its sender. `answer`: what SMTP would have said: a reply
    code, an enhanced status code and words; `at`: UTC ms."""
    domain = recipient.rpartition("@")[2]
    status = answer.split(" ", 2)[1]
    report = MIMEMultipart("report", policy=POLICY)
    report.set_param("report-type", "delivery-status")
    report["From"] = f"Mail Delivery System <mailer-daemon@{domain}>"
    report["To"] = to
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(datetime.fromtimestamp(at // 1000, UTC))
    report["Message-ID"] = f"<{new_id()}@{domain}>"
    report["Auto-Submitted"] = "auto-replied"
    told = f"Your message could not be delivered.\n\n<{recipient}>: {answer}\n"
    report.attach(MIMEText(told, "plain", "us-ascii"))
    state = MIMEBase("message", "delivery-status")
    for fields in (
        {"Reporting-MTA": f"dns; mx.{domain}"},
        {
            "Final-Recipient": f"rfc822; {recipient}",
            "Action": "failed",
            "Status": status,
            "Diagnostic-Code": f"smtp; {answer}",
        },
    ):
        block = EmailMessage()
        for name, value in fields.items():
            block[name] = value
        state.attach(block)
    report.attach(state)
    headers = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"
    part = MIMEBase("text", "rfc822-headers")
    part.set_payload(headers.decode("ascii", "replace"))
    report.attach(part)
    return report.as_bytes()


def away(head: Head, owner: Person, language: str, to: str, at: int) -> bytes:
    """Her out-of-office note to whoever sent that mail."""
    subject, words = AWAY.get(language, AWAY["en"])
    mail = EmailMessage(POLICY)
    mail["From"], mail["To"] = owner.shown, to
    mail["Subject"] = subject.format(subject=head.subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp(at // 1000, UTC))
    mail["Message-ID"] = f"<{new_id()}@{owner.address.rpartition('@')[2]}>"
    if head.message_id:
        mail["In-Reply-To"] = mail["References"] = head.message_id
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(words.format(name=owner.name))
    return mail.as_bytes()


def needs_no_answer(head: Head, sender: str) -> bool:
    """What no person wrote is never answered by itself (RFC 3834 section 2)."""
    local = sender.partition("@")[0].lower()
    return not sender or head.automatic or local in ("mailer-daemon", "postmaster", "noreply", "no-reply")
