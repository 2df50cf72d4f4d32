"""Mails as programs of the field write them: their headers, labels and quotes; the people and shops are made up."""

import base64
import binascii
import quopri

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
ID = "01H.reply@mail.haru.example"
"""Of the mail of ours that most of these answer."""


def b64(body: bytes) -> bytes:
    return base64.encodebytes(body).replace(b"\n", b"\r\n")


def word(text: str, charset: str, label: str | None = None) -> str:
    return f"=?{label or charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def mail(*headers: str | bytes, body: bytes | str = b"") -> bytes:
    """Headers, an empty line, the body; strings are ASCII or UTF-8."""
    lines = [line.encode() if isinstance(line, str) else line for line in headers]
    return b"\r\n".join([*lines, b"", body.encode() if isinstance(body, str) else body])


def part(*headers: str | bytes, body: bytes | str = b"") -> bytes:
    return mail(*headers, body=body) + b"\r\n"


def several(boundary: str, *parts: bytes, preamble: bytes = b"") -> bytes:
    rule = b"--" + boundary.encode()
    return preamble + b"".join(rule + b"\r\n" + one for one in parts) + rule + b"--\r\n"


def text(
    words: str, charset: str = "utf-8", label: str | None = None, way: str = "base64", kind: str = "plain"
) -> bytes:
    raw = words.encode(charset)
    body = raw if way == "8bit" else b64(raw) if way == "base64" else quopri.encodestring(raw)
    return part(
        f"Content-Type: text/{kind}; charset={label or charset}",
        f"Content-Transfer-Encoding: {way}",
        body=body,
    )


TOP = ("Date: Mon, 16 Nov 2026 10:12:33 +0900", "MIME-Version: 1.0", "Message-ID: <1@client.example>")

ASKS = "배송이 언제 오나요? 똠방각하 2개 주문했어요."
"""What each of the clients below says; 똠 is in cp949 and not in euc-kr."""


def client(who: str, body: bytes, *more: str, subject: str | None = None, kind: str = "") -> bytes:
    return mail(
        f"From: {who}",
        "To: help@haru.example",
        f"Subject: {subject or word('똠방각하 문의', 'utf-8')}",
        *TOP,
        *([f"Content-Type: {kind}"] if kind else []),
        *more,
        body=body,
    )


def both(
    plain: str, html: str, charset: str = "utf-8", label: str | None = None, boundary: str = "alt"
) -> bytes:
    return several(boundary, text(plain, charset, label), text(html, charset, label, kind="html"))


CLIENTS: dict[str, bytes] = {
    "naver": client(
        f'"{word("이하나", "utf-8")}"<hana@naver.com>',
        both(
            ASKS,
            f"<html><head><style>P{{margin:0}}</style></head><body><div><p>{ASKS}</p></div></body></html>",
        ),
        "X-Works-Send-Opt: abc",
        kind='multipart/alternative;\r\n\tboundary="alt"',
    ),
    "hanmail": client(
        f'"{word("이하나", "cp949", "euc-kr")}" <hana@hanmail.net>',
        text(f"<p>{ASKS}</p>", "cp949", "euc-kr", kind="html").partition(b"\r\n\r\n")[2],
        "Content-Transfer-Encoding: base64",
        "X-Mailer: Daum Web Mailer",
        subject=word("똠방각하 문의", "cp949", "euc-kr"),
        kind='text/html; charset="euc-kr"',
    ),
    "kakao": client(
        f"{word('이하나', 'utf-8')} <hana@kakao.com>",
        both(ASKS, f"<div>{ASKS}</div><img src='https://mail.kakao.com/track?id=1' width=1 height=1>"),
        kind="multipart/alternative; boundary=alt",
    ),
    "gmail ko": client(
        f"{word('이하나', 'utf-8')} <hana@gmail.com>",
        both(
            f"{ASKS}\r\n\r\n2026년 11월 16일 (월) 오전 9:00, 하루 고객센터 <help@haru.example>님이 작성:\r\n\r\n"
            "> 안녕하세요.\r\n",
            f'<div dir="ltr">{ASKS}</div><div class="gmail_quote">2026년 11월 16일 (월) 오전 9:00, 하루 고객센터 '
            '&lt;help@haru.example&gt;님이 작성:<blockquote class="gmail_quote">안녕하세요.</blockquote></div>',
        ),
        f"In-Reply-To: <{ID}>",
        f"References: <0@old.example>\r\n <{ID}>",
        kind='multipart/alternative; boundary="alt"',
    ),
    "outlook ko": client(
        f'"{word("이하나", "cp949", "ks_c_5601-1987")}" <hana@corp.example>',
        both(
            f"{ASKS}\r\n\r\n________________________________\r\n보낸 사람: 하루 고객센터 <help@haru.example>\r\n"
            "보낸 날짜: 2026년 11월 16일 월요일 오전 9:00\r\n받는 사람: 이하나\r\n제목: 배송\r\n\r\n안녕하세요.\r\n",
            f"<div>{ASKS}</div><hr>",
            "cp949",
            "ks_c_5601-1987",
        ),
        "Thread-Topic: =?ks_c_5601-1987?B?uei828?=",
        "X-MS-Has-Attach:",
        subject=word("똠방각하 문의", "cp949", "ks_c_5601-1987"),
        kind='multipart/alternative; boundary="alt"',
    ),
    "apple ko": client(
        f"{word('이하나', 'utf-8')} <hana@icloud.com>",
        text(
            f"{ASKS}\r\n\r\n나의 iPhone에서 보냄\r\n\r\n"
            "2026. 11. 16. 오전 9:00, 하루 고객센터 <help@haru.example> 작성:\r\n\r\n"
            "> 안녕하세요.\r\n",
        ).partition(b"\r\n\r\n")[2],
        "Content-Transfer-Encoding: base64",
        "X-Mailer: iPhone Mail (21A329)",
        kind="text/plain; charset=utf-8",
    ),
    "samsung": client(
        "hana@gmail.com",
        several(
            "--_com.samsung.android.email_1",
            text(
                f"{ASKS}\r\n\r\nGalaxy에서 보냄\r\n\r\n\r\n-------- 원본 이메일 --------\r\n발신: help@haru.example\r\n"
                "날짜: 2026-11-16\r\n수신: hana@gmail.com\r\n제목: 배송\r\n\r\n안녕하세요.\r\n"
            ),
        ),
        kind='multipart/mixed; boundary="--_com.samsung.android.email_1"',
    ),
    "old php mailer, raw cp949 everywhere": mail(
        "From: 이하나 <hana@old.example>".encode("cp949"),
        b"To: help@haru.example",
        "Subject: 똠방각하 문의".encode("cp949"),
        *TOP,
        b"Content-Type: text/plain",
        body=ASKS.encode("cp949"),
    ),
}
"""Each says ASKS under the subject 똠방각하 문의."""

PLAIN = CLIENTS["gmail ko"]

INLINE = client(
    "hana@gmail.com",
    several(
        "mix",
        part(
            'Content-Type: multipart/related; boundary="rel"',
            body=several(
                "rel",
                text('<p>사진<img src="cid:shown%40x"><img src=cid:plain></p>', kind="html"),
                part(
                    "Content-Type: image/png; name=a.png",
                    "Content-Transfer-Encoding: base64",
                    "Content-ID: <shown@x>",
                    "Content-Disposition: attachment; filename=a.png",
                    body=b64(PNG),
                ),
                part(
                    "Content-Type: image/png",
                    "Content-Transfer-Encoding: base64",
                    "Content-ID: <plain>",
                    body=b64(PNG),
                ),
                part(
                    "Content-Type: image/png; name=c.png",
                    "Content-Transfer-Encoding: base64",
                    "Content-ID: <pla>",
                    "Content-Disposition: inline",
                    body=b64(PNG),
                ),
            ),
        ),
        part("Content-Type: application/pdf", "Content-Transfer-Encoding: base64", body=b64(b"%PDF-1.4")),
        part("Content-Type: application/x-nobody-knows", body=b"bytes"),
    ),
    kind='multipart/mixed; boundary="mix"',
)

NESTED = client(
    "hana@gmail.com",
    several(
        "mix",
        text("전달해요."),
        part("Content-Type: message/rfc822", body=CLIENTS["naver"]),
    ),
    kind="multipart/mixed; boundary=mix",
)

INVITE = client(
    "hana@corp.example",
    several(
        "alt",
        text("회의 초대"),
        text("<p>회의 초대</p>", kind="html"),
        part("Content-Type: text/x-amp-html", body=b"<html amp4email>"),
        part(
            'Content-Type: text/calendar; charset="utf-8"; method=REQUEST',
            body=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR",
        ),
    ),
    kind="multipart/alternative; boundary=alt",
)

TNEF = client(
    "hana@corp.example",
    several(
        "mix",
        text("첨부 확인해 주세요."),
        part(
            'Content-Type: application/octet-stream; name="winmail.dat"',
            "Content-Transfer-Encoding: base64",
            body=b64(b"\x78\x9f\x3e\x22" + bytes(20)),
        ),
    ),
    kind="multipart/mixed; boundary=mix",
)

ENCRYPTED = client(
    "hana@corp.example",
    several(
        "enc",
        part("Content-Type: application/pgp-encrypted", body=b"Version: 1"),
        part(
            'Content-Type: application/octet-stream; name="encrypted.asc"',
            body=b"-----BEGIN PGP MESSAGE-----\r\n",
        ),
    ),
    kind='multipart/encrypted; protocol="application/pgp-encrypted"; boundary=enc',
)

SIGNED = client(
    "hana@corp.example",
    several(
        "sig",
        text("서명했어요."),
        part(
            "Content-Type: application/pkcs7-signature",
            "Content-Transfer-Encoding: base64",
            body=b64(b"\x30\x80"),
        ),
    ),
    kind='multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=sig',
)


def uu(name: str, body: bytes) -> str:
    lines = [binascii.b2a_uu(body[at : at + 45]).decode().rstrip("\n") for at in range(0, len(body), 45)]
    return "\r\n".join([f"begin 644 {name}", *lines, "`", "end"])


def report(
    *parts: bytes,
    sender: str = "MAILER-DAEMON@mx.naver.com",
    subject: str = "Undelivered Mail Returned to Sender",
    more: tuple[str, ...] = (),
) -> bytes:
    return mail(
        f"From: {sender}",
        "To: help@haru.example",
        f"Subject: {subject}",
        "Return-Path: <>",
        "Auto-Submitted: auto-replied",
        *more,
        *TOP,
        'Content-Type: multipart/report; report-type=delivery-status; boundary="rep"',
        body=several("rep", *parts),
    )


def status(*blocks: str) -> bytes:
    return part(
        "Content-Type: message/delivery-status",
        body="\r\n\r\n".join(block.replace("\n", "\r\n") for block in blocks),
    )


OURS = part(
    "Content-Type: message/rfc822",
    body=mail(f"Message-ID: <{ID}>", "Subject: Re: order", "From: help@haru.example", body="Hello"),
)
OURS_HEADERS = part("Content-Type: text/rfc822-headers", body=f"Subject: Re: order\r\nMessage-ID: <{ID}>\r\n")
