"""Mail that no person wrote is known as such; what people write is never taken for it."""

import pytest

from gateway.channels._mail_auto import Origin, automatic
from gateway.channels._mail_parse import parse
from tests.channels.mails import CLIENTS, ID, OURS, TOP, mail, report, status, text, word
from tests.channels.test_mail_bounces import FAILED

OURS_ARE = {"help@haru.example"}


def of(
    *headers: str, sender: str = "hana@corp.example", subject: str = "order", null: bool = False
) -> Origin | None:
    encoded = subject if subject.isascii() else word(subject, "utf-8")
    return automatic(
        parse(
            mail(f"From: {sender}", "To: help@haru.example", f"Subject: {encoded}", *TOP, *headers, body="x")
        ),
        OURS_ARE,
        null_sender=null,
    )


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: order",
        "Auto-Reply: order",
        "Autoreply",
        "Out of Office: order",
        "Out of the office until Monday",
        "자동 회신: 주문",
        "자동응답: 주문",
        "[하루] 자동응답: 주문",
        "부재중 알림",
        "부재 중 자동 회신: 주문",
        "휴가 중입니다",
        "自動返信: 注文",
        "自動応答: 注文",
        "不在通知",
        "自动回复: 订单",
        "自动答复: 订单",
        "自動回覆: 訂單",
        "[corp] Automatic reply: order",
    ],
)
def test_out_of_office_in_each_language(subject: str):
    assert of(subject=subject) is Origin.AWAY


@pytest.mark.parametrize(
    ("header", "origin"),
    [
        ("Auto-Submitted: auto-replied", Origin.AWAY),
        ("Auto-Submitted: auto-replied; owner-email=a@b.example", Origin.AWAY),
        ("Auto-Submitted: auto-generated", Origin.MACHINE),
        ("Auto-Submitted: no", None),
        ("X-Autoreply: yes", Origin.AWAY),
        ("X-Autorespond: order", Origin.AWAY),
        ("Precedence: auto_reply", Origin.AWAY),
        ("Precedence: bulk", Origin.LIST),
        ("Precedence: junk", Origin.LIST),
        ("Precedence: list", Origin.LIST),
        ("Precedence: first-class", None),
        ("List-Id: News <news.shop.example>", Origin.LIST),
        ("List-Unsubscribe: <https://shop.example/u>", Origin.LIST),
        ("Return-Path: <>", Origin.MACHINE),
        ("Return-Path: <hana@corp.example>", None),
        ("X-Auto-Response-Suppress: All", Origin.MACHINE),
        ("X-Auto-Response-Suppress: OOF", None),
        ("Feedback-ID: 1:AmazonSES", None),
    ],
)
def test_headers(header: str, origin: Origin | None):
    assert of(header) is origin


def test_senders():
    assert of(null=True) is Origin.MACHINE
    assert of(sender="MAILER-DAEMON@mx.example") is Origin.MACHINE
    assert of(sender="postmaster@corp.example") is Origin.MACHINE


@pytest.mark.parametrize("name", FAILED)
def test_bounces(name: str):
    assert automatic(parse(FAILED[name][0])) is Origin.BOUNCE


def test_reports_of_what_went_well():
    delivered = report(
        text("x"),
        status(
            "Reporting-MTA: dns; a", "Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0"
        ),
        OURS,
    )
    assert automatic(parse(delivered)) is Origin.REPORT
    late = delivered.replace(b"Action: delivered", b"Action: delayed")
    assert automatic(parse(late)) is Origin.BOUNCE


@pytest.mark.parametrize(
    "headers",
    [
        ("List-Id: <help.haru.example>", "Precedence: list"),
        (
            "List-ID: <groups.example>",
            "Mailing-list: list help@haru.example; contact help+owners@haru.example",
            "Precedence: list",
        ),
        ("List-Id: <x.example>", "List-Post: <https://groups.example/>, <mailto:help@haru.example>"),
    ],
)
def test_a_group_of_ours_that_passes_customers_mail_on_is_no_list(headers: tuple[str, ...]):
    assert of(*headers) is None
    assert automatic(parse(mail("From: a@b.example", "Subject: x", *TOP, *headers))) is Origin.LIST


@pytest.mark.parametrize("name", CLIENTS)
def test_what_people_write_is_theirs(name: str):
    assert automatic(parse(CLIENTS[name]), OURS_ARE) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: order",
        "부재중 배송 문의",
        "휴가 중 주문 변경",
        "자동차 문의",
        "반송하고 싶어요",
        "automatic coffee machine",
        "不在票が入っていました",
        "Delivery failed?",
        "외출 중 배송",
    ],
)
def test_subjects_that_only_look_like_it(subject: str):
    assert of(subject=subject) is None


def test_an_answer_to_ours_is_hers_though_it_answers():
    assert of(f"In-Reply-To: <{ID}>", subject="Re: order") is None
