"""Bounces and notices of the servers of the field: which mail, which address, what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels._mail_bounces import Bounce, bounces
from gateway.channels._mail_parse import parse
from gateway.errors import Malformed
from gateway.events import DeliveryReport, DeliveryState, NextStep
from tests.channels.mails import ID, OURS, OURS_HEADERS, PLAIN, TOP, b64, mail, part, report, status, text

NOBODY = "delivery.no_such_address"
LATER = {"delivery.mailbox_full", "delivery.mail_server_away"}


def words(sender: str, subject: str, body: str, *more: str) -> bytes:
    return mail(
        f"From: {sender}",
        "To: help@haru.example",
        f"Subject: {subject}",
        "Return-Path: <>",
        *more,
        *TOP,
        "Content-Type: text/plain; charset=utf-8",
        body=body.replace("\n", "\r\n"),
    )


POSTFIX = report(
    text("I'm sorry to have to inform you that your message could not be delivered.", way="8bit"),
    status(
        "Reporting-MTA: dns; mx.haru.example\nX-Postfix-Queue-ID: 4D2\nArrival-Date: Mon, 16 Nov 2026 10:12:33 +0900",
        (
            "Final-Recipient: rfc822; hana@naver.com\nOriginal-Recipient: rfc822;Hana@naver.com\n"
            "Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx1.naver.com\n"
            "Diagnostic-Code: smtp; 550 5.1.1\n"
            "    <hana@naver.com> Recipient address rejected: User unknown"
        ),
    ),
    OURS,
)
FAILED: dict[str, tuple[bytes, str, str, str]] = {
    "postfix": (POSTFIX, "hana@naver.com", "5.1.1", NOBODY),
    "exchange": (
        report(
            text("Your message to hana@corp.example couldn't be delivered.", kind="html"),
            status(
                "Reporting-MTA: dns;SL2P216MB0001.KORP216.PROD.OUTLOOK.COM",
                (
                    "Final-Recipient: rfc822;hana@corp.example\nAction: failed\nStatus: 5.1.10\n"
                    "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; hana@corp.example not found"
                ),
            ),
            OURS,
            sender="Microsoft Outlook <postmaster@corp.example>",
            subject="Undeliverable: Re: order",
        ),
        "hana@corp.example",
        "5.1.10",
        NOBODY,
    ),
    "gmail": (
        report(
            text("** Address not found **"),
            status(
                "Reporting-MTA: dns; googlemail.com",
                (
                    "Final-Recipient: rfc822; hana@gmail.com\nAction: failed\nStatus: 5.2.2\n"
                    "Remote-MTA: dns; gmail-smtp-in.l.google.com\n"
                    "Diagnostic-Code: smtp; 552-5.2.2 The recipient's inbox is out of storage space."
                ),
            ),
            OURS,
            sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject="Delivery Status Notification (Failure)",
            more=("X-Failed-Recipients: hana@gmail.com",),
        ),
        "hana@gmail.com",
        "5.2.2",
        "delivery.mailbox_full",
    ),
    "headers only, and the true code in the words": (
        report(
            text("failed"),
            status(
                "Reporting-MTA: dns; a",
                (
                    "Final-Recipient: rfc822; hana@naver.com\nAction: failed\nStatus: 5.0.0\n"
                    "Diagnostic-Code: smtp; 552 5.3.4 Message too big"
                ),
            ),
            OURS_HEADERS,
        ),
        "hana@naver.com",
        "5.3.4",
        "delivery.mail_too_large",
    ),
    "status as one piece": (
        report(
            text("failed"),
            part(
                "Content-Type: message/delivery-status",
                "Content-Transfer-Encoding: base64",
                body=b64(
                    b"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; hana@naver.com\nAction: failed\n"
                    b"Status: 5.1.1\n"
                ),
            ),
            OURS,
        ),
        "hana@naver.com",
        "5.1.1",
        NOBODY,
    ),
    "exim": (
        words(
            "Mail Delivery System <Mailer-Daemon@mx.example>",
            "Mail delivery failed: returning message to sender",
            (
                f"This message was created automatically by mail delivery software.\n\n"
                f"A message that you sent could not be delivered:\n\n  hana@shop.example\n"
                f"    host mx.shop.example [192.0.2.1]\n"
                f"    SMTP error from remote mail server after RCPT TO:<hana@shop.example>:\n"
                f"    550 5.1.1 No such user here\n\n"
                f"------ This is a copy of your message, including all the headers. ------\n\n"
                f"Message-ID: <{ID}>\nFrom: help@haru.example\n\n5.7.1 is not meant\n"
            ),
            "X-Failed-Recipients: hana@shop.example",
            "Auto-Submitted: auto-replied",
        ),
        "hana@shop.example",
        "5.1.1",
        NOBODY,
    ),
    "qmail": (
        words(
            "MAILER-DAEMON@mail.example",
            "failure notice",
            (
                f"Hi. This is the qmail-send program at mail.example.\n"
                f"I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
                f"<hana@shop.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
                f"--- Below this line is a copy of the message.\n\nReturn-Path: <help@haru.example>\n"
                f"Message-ID: <{ID}>\n\nHello\n"
            ),
        ),
        "hana@shop.example",
        "5.1.1",
        NOBODY,
    ),
    "naver": (
        words(
            "NAVER <mailer-daemon@naver.com>",
            "메일 발송 실패 안내",
            (
                "보내신 메일이 아래와 같은 이유로 전송되지 못했습니다.\n\n받는사람 : hana@naver.com\n"
                "실패 사유 : 550 5.1.1 존재하지 않는 사용자입니다. User unknown\n"
            ),
            f"In-Reply-To: <{ID}>",
        ),
        "hana@naver.com",
        "5.1.1",
        NOBODY,
    ),
    "daum": (
        words(
            "Mail Delivery System <mailer-daemon@hanmail.net>",
            "메일이 전달되지 못했습니다",
            (
                f"안녕하세요. 다음 메일입니다.\nhana@hanmail.net 님께 보내신 메일이 전송되지 않았습니다.\n"
                f"원인: 552 5.2.2 사서함 용량 초과\n\n----- 원본 메일 -----\nMessage-ID: <{ID}>\n"
            ),
        ),
        "hana@hanmail.net",
        "5.2.2",
        "delivery.mailbox_full",
    ),
    # Daum's own words, as a Postfix in between hands them on.
    "daum, on the line": (
        report(
            text("x"),
            status(
                "Reporting-MTA: dns; mx.haru.example",
                "Final-Recipient: rfc822; hana@hanmail.net\nAction: failed\nStatus: 5.1.1\n"
                "Diagnostic-Code: smtp; 550 5.1.1 RUSR 192.0.2.1: No such user: <hana@hanmail.net>",
            ),
            OURS,
        ),
        "hana@hanmail.net",
        "5.1.1",
        NOBODY,
    ),
    "sendmail, refused as spam by daum": (
        words(
            "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
            "Returned mail: see transcript for details",
            "   ----- The following addresses had permanent fatal errors -----\n<hana@hanmail.net>\n"
            "    (reason: 554 5.7.1 DAS51 192.0.2.1: Your mail is blocked automatically by anti-spam system. (E06))\n"
            f"\n   ----- Original message follows -----\n\nMessage-ID: <{ID}>\n",
        ),
        "hana@hanmail.net",
        "5.7.1",
        "delivery.mail_refused",
    ),
    "qmail, given up": (
        words(
            "MAILER-DAEMON@naver.com",
            "failure notice",
            "Hi. This is the qmail-send program at naver.com.\nThis is a permanent error; I've given up.\n\n"
            "<hana@shop.example>:\nCNAME lookup failed temporarily. (#4.4.3)\n"
            "I'm not going to try again; this message has been in the queue too long.\n\n"
            f"--- Below this line is a copy of the message.\n\nMessage-ID: <{ID}>\n",
        ),
        "hana@shop.example",
        "4.4.3",
        "delivery.mail_server_away",
    ),
    "old exchange, no code": (
        words(
            "postmaster@old.example",
            "Undeliverable: order",
            (
                f"The following recipient(s) could not be reached:\n\n  hana@old.example\n"
                f"    No such user\n\nMessage-ID: <{ID}>\n"
            ),
        ),
        "hana@old.example",
        "",
        NOBODY,
    ),
}


@pytest.mark.parametrize("name", FAILED)
def test_what_failed(name: str):
    source, recipient, code, reason = FAILED[name]
    [found] = bounces(parse(source))
    assert (found.message_id, found.recipient, found.action, found.code) == (ID, recipient, "failed", code)
    then = NextStep.AGAIN if reason in LATER else NextStep.NEVER
    assert found.report() == DeliveryReport(
        ID, DeliveryState.FAILED, code=code or None, reason=reason, then=then
    )


def test_the_servers_words_are_kept():
    [found] = bounces(parse(POSTFIX))
    assert found.words == "550 5.1.1 <hana@naver.com> Recipient address rejected: User unknown"


@pytest.mark.parametrize(
    ("action", "code", "state"),
    [
        ("delivered", "2.0.0", DeliveryState.DELIVERED),
        ("relayed", "2.0.0", DeliveryState.SENT),
        ("expanded (to list)", "2.0.0", DeliveryState.SENT),
        ("delayed", "4.4.1", None),
        ("", "4.4.1", None),
        ("", "5.1.1", DeliveryState.FAILED),
    ],
)
def test_what_is_no_failure_yet_or_none_at_all(action: str, code: str, state: DeliveryState | None):
    [found] = bounces(
        parse(
            report(
                text("x"),
                status(
                    "Reporting-MTA: dns; a",
                    f"Final-Recipient: rfc822; hana@naver.com\nAction: {action}\nStatus: {code}",
                ),
                OURS,
            )
        )
    )
    told = found.report()
    assert (told.state if told else None) == state


@pytest.mark.parametrize(
    "subject",
    [
        "Warning: message 1x delayed 24 hours",
        "Warning: could not send message for past 4 hours",
        "Delivery Status Notification (Delay)",
        "배달 지연 안내",
    ],
)
def test_delays_that_are_told_in_words(subject: str):
    [found] = bounces(
        parse(
            words(
                "Mailer-Daemon@mx.example",
                subject,
                f"hana@shop.example\n No action is required on your part.\nMessage-ID: <{ID}>\n",
            )
        )
    )
    assert (found.action, found.report()) == ("delayed", None)


def test_several_recipients_each_with_its_own_fate():
    source = report(
        text("x"),
        status(
            "Reporting-MTA: dns; a",
            "Final-Recipient: rfc822; a@naver.com\nAction: failed\nStatus: 5.1.1",
            "Final-Recipient: rfc822; b@naver.com\nAction: delivered\nStatus: 2.1.5",
        ),
        OURS,
    )
    assert [(one.recipient, one.action) for one in bounces(parse(source))] == [
        ("a@naver.com", "failed"),
        ("b@naver.com", "delivered"),
    ]


def test_a_read_receipt():
    source = mail(
        "From: hana@corp.example",
        "Subject: Read: order",
        *TOP,
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=rep",
        body=(
            b"--rep\r\nContent-Type: text/plain\r\n\r\nread\r\n--rep\r\n"
            b"Content-Type: message/disposition-notification\r\n\r\n"
            b"Final-Recipient: rfc822; hana@corp.example\r\nOriginal-Message-ID: <"
        )
        + ID.encode()
        + b">\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--rep--",
    )
    [found] = bounces(parse(source))
    assert found == Bounce(ID, "hana@corp.example", "read", "", "")
    assert found.report() == DeliveryReport(ID, DeliveryState.READ)
    deleted = source.replace(b"; displayed", b"; deleted")
    assert bounces(parse(deleted)) == []


def test_of_no_mail_that_anybody_knows():
    [found] = bounces(
        parse(
            report(
                text("x"),
                status(
                    "Reporting-MTA: dns; a",
                    "Final-Recipient: rfc822; a@naver.com\nAction: failed\nStatus: 5.1.1",
                ),
            )
        )
    )
    assert found.message_id == "" and found.report() is None


@pytest.mark.parametrize(
    "source",
    [
        PLAIN,
        mail(
            "From: hana@naver.com",
            "Subject: Mail delivery failed: what does it mean?",
            *TOP,
            body="a@b.example 550 5.1.1",
        ),
        mail("From: hana@naver.com", "Subject: 반송 문의", *TOP, body="반송하고 싶어요"),
        words("postmaster@corp.example", "Meeting on Monday", "Hello"),
    ],
)
def test_what_people_write_is_none(source: bytes):
    assert bounces(parse(source)) == []


@given(
    st.sampled_from([one[0] for one in FAILED.values()]),
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.sampled_from([b"", b"\r\n", b"\r\n\r\n", b"--rep\r\n", b":", b";", b"\xff"]),
)
def test_broken_ones_are_no_error(source: bytes, first: int, last: int, put: bytes):
    first, last = sorted((first, last))
    try:
        read = parse(source[:first] + put + source[min(last, first + 200) :])
    except Malformed:
        return
    for one in bounces(read):
        one.report()
        assert len(one.words) <= 500
