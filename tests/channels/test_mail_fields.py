"""People, parameters, ids and times of headers, as programs write them."""

from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels._mail_fields import (
    MOST_PEOPLE,
    Person,
    file_name,
    ids_in,
    parameters,
    people,
    time_of,
)
from tests.channels.mails import word

HANA = Person("hana@naver.com", "이하나")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("hana@naver.com", [Person("hana@naver.com")]),
        ("<Hana@NAVER.com>", [Person("hana@naver.com")]),
        ('"이하나"<hana@naver.com>;', [HANA]),
        (f"{word('이하나', 'cp949', 'euc-kr')} <hana@naver.com>", [HANA]),
        (f'"{word("이하나", "utf-8")}" <hana@naver.com>', [HANA]),
        ("hana@naver.com (이하나)", [HANA]),
        ("Lee, Hana <hana@naver.com>", [Person("hana@naver.com", "Hana")]),
        (
            '"Lee, Hana" <hana@naver.com>, b@c.example',
            [Person("hana@naver.com", "Lee, Hana"), Person("b@c.example")],
        ),
        (
            f"{word('이, 하나 <boss@bank.example>', 'utf-8')} <a@b.example>",
            [Person("a@b.example", "이, 하나 <boss@bank.example>")],
        ),
        ('"boss@bank.example" <a@b.example>', [Person("a@b.example", "boss@bank.example")]),
        ("boss@bank.example <a@b.example>", [Person("a@b.example", "boss@bank.example")]),
        ("<a@b.example> <c@d.example>", [Person("a@b.example"), Person("c@d.example")]),
        ("Team: a@b.example, C <c@d.example>;", [Person("a@b.example"), Person("c@d.example", "C")]),
        ("undisclosed-recipients:;", []),
        ("<@relay.example:a@b.example>", [Person("a@b.example")]),
        ("홍길동@한국.example", [Person("홍길동@xn--3e0b707e.example")]),
        ("a@b.example＞，＜evil＠c.example", [Person("a@b.example＞，＜evil＠c.example")]),
        ("A <a@한국.example>, B <a@xn--3e0b707e.example.>", [Person("a@xn--3e0b707e.example", "A")]),
        (word("이하나 <hana@naver.com>", "utf-8"), [Person("hana@naver.com")]),
        ('"unclosed <a@b.example>', [Person("a@b.example", "unclosed")]),
        ("a@b.example, a@b.example", [Person("a@b.example")]),
        ("exe.\u202efdp <a@b.example>", [Person("a@b.example", "exe.fdp")]),
        ("nobody", []),
        ("", []),
    ],
)
def test_people(value: str, found: list[Person]):
    assert people([value]) == found


def test_raw_bytes_of_a_name():
    assert people(["이하나 <hana@naver.com>".encode("cp949").decode("ascii", "surrogateescape")]) == [HANA]


def test_no_more_people_than_anybody_writes_to():
    assert len(people([", ".join(f"a{n}@b.example" for n in range(1000))])) == MOST_PEOPLE


@pytest.mark.parametrize(
    "value", ["(" * 50_000, '"\\' * 50_000, "<" * 50_000, "a@" * 50_000, ":," * 50_000, '"' * 49_999]
)
def test_lists_that_go_wrong_name_nobody(value: str):
    assert Person("a@b.example") in people([value[:50_000], "a@b.example"])


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="주문서.pdf"'.encode(), "주문서.pdf"),
        ('attachment; filename="똠방각하.hwp"'.encode("cp949"), "똠방각하.hwp"),
        (f'attachment; filename="{word("똠방각하.hwp", "cp949", "euc-kr")}"'.encode(), "똠방각하.hwp"),
        (b"attachment; filename*=UTF-8''%EC%A3%BC%EB%AC%B8.pdf; filename=\"order.pdf\"", "주문.pdf"),
        (b"attachment; filename*=euc-kr''%8Cc%B9%E6.hwp", "똠방.hwp"),
        (
            b"attachment;\r\n filename*0*=UTF-8'ko'%EC%A3%BC;\r\n filename*1*=%EB%AC%B8;\r\n filename*2=\" order.pdf\"",
            "주문 order.pdf",
        ),
        (b"attachment; filename*1*=%EB%AC%B8.pdf; filename*0*=UTF-8''%EC%A3%BC", "주문.pdf"),
        (b"attachment; filename*0*=UTF-8''%EC%A3; filename*1*=%BC.pdf", "주.pdf"),
        (b'attachment; filename*0="=?utf-8?B?7KO8"; filename*1="66y4?=.pdf"', "주문.pdf"),
        (b"attachment; filename=C:\\Users\\hana\\order.pdf", "order.pdf"),
        (b'attachment; filename="../../etc/passwd"', "passwd"),
        (b'attachment; filename="a\\"b;c.pdf"; size=10', 'a"b;c.pdf'),
        (b"attachment; filename=a b.pdf", "a b.pdf"),
        ('attachment; filename="invoice\u202efdp.exe"'.encode(), "invoicefdp.exe"),
        (b'attachment; filename="unclosed.pdf', "unclosed.pdf"),
        (b"attachment; filename*9999999999=x", ""),
        (b"attachment; filename*=idna''a%FF", "a\u00ff"),
        (b"attachment", ""),
        (b'attachment; filename="' + b"x" * 500 + b'.pdf"', "x" * 180 + ".pdf"),
    ],
)
def test_file_names(header: bytes, name: str):
    assert file_name(message_from_bytes(b"Content-Disposition: " + header + b"\r\n\r\n")) == name


def test_a_name_may_stand_in_the_type_alone():
    assert file_name(message_from_bytes(b'Content-Type: image/png; name="a.png"\r\n\r\n')) == "a.png"


def test_parameters():
    assert parameters('text/plain; Charset = "euc-kr"; format=flowed;x') == {
        "charset": "euc-kr",
        "format": "flowed",
    }


def test_ids():
    assert ids_in("<a@b> <c@d>\t(x) <a b@c> <>") == ["a@b", "c@d"]


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("Mon, 16 Nov 2026 10:12:33 +0900", 1794791553000),
        ("Mon, 16 Nov 2026 10:12:33 +0900 (KST)", 1794791553000),
        ("16 Nov 26 01:12:33 GMT", 1794791553000),
        ("2026-11-16T10:12:33+09:00", 1794791553000),
        ("2026-11-16 01:12:33", 1794791553000),
        ("Mon, 16 Nov 2026 10:12:33 +9999999999", None),
        ("Fri, 31 Feb 2026 10:12:33 +0900", None),
        ("Mon, 16 Nov 9999 10:12:33 +0900", None),
        ("어제", None),
        ("", None),
    ],
)
def test_times(value: str, at: int | None):
    assert time_of(value) == at


@given(st.text(alphabet=st.sampled_from("ab@.<>(),;:\"\\ =?*'%1가\udcb0\n"), max_size=200))
def test_any_header_is_read(value: str):
    for person in people([value]):
        assert "@" in person.address and "\n" not in person.address
        f"{person.address} {person.name}".encode()
    for name, told in parameters(f"a/b;{value}").items():
        assert "*" not in name
        told.encode()
    time_of(value)
