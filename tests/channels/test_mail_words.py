"""Charsets as they occur in mails: labelled too small, wrongly, or not at all; headers as programs write them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels._mail_words import base64_bytes, decode, header_text

KOREAN = "똠방각하 펲시콜라, 안녕하세요. 주문한 커피가 아직 안 왔어요!"
JAPANESE = "お世話になっております。注文①の商品がまだ届きません。㈱ハル珈琲"
CHINESE = "您好，我的订单还没有收到，请问什么时候可以发货？谢谢！"
TAIWANESE = "您好，我的訂單還沒有收到，請問什麼時候可以出貨？謝謝！"
RUSSIAN = "Здравствуйте, мой заказ ещё не пришёл, подскажите, пожалуйста, когда его ждать."
FRENCH = "Bonjour, ma commande n'est pas arrivée; où est-elle passée ? Merci à vous, Zoë"


@pytest.mark.parametrize(
    ("text", "charset", "label"),
    [
        (KOREAN, "cp949", "euc-kr"),
        (KOREAN, "cp949", "EUC-KR"),
        (KOREAN, "cp949", "ks_c_5601-1987"),
        (KOREAN, "cp949", "KSC5601"),
        (KOREAN, "cp949", "cp949"),
        (KOREAN, "cp949", '"euc-kr"'),
        (KOREAN, "utf-8", "euc-kr"),
        (KOREAN, "utf-8", "iso-8859-1"),
        (KOREAN, "utf-8", "us-ascii"),
        (KOREAN, "utf-8-sig", "euc-kr"),
        (KOREAN, "utf-16", "utf-8"),
        (JAPANESE, "cp932", "shift_jis"),
        (JAPANESE, "cp932", "Shift-JIS"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE + "𠮷朱镕基", "gb18030", "GBK"),
        (TAIWANESE, "big5", "big5"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        (FRENCH, "cp1252", "iso-8859-1"),
        ("“quoted” – and €5", "cp1252", "iso-8859-1"),
        ("SPÄÖ für Größe", "cp1252", "windows-1252"),
        ("plain", "ascii", "x-nobody-knows"),
    ],
)
def test_a_label_means_what_programs_mean_by_it(text: str, charset: str, label: str):
    assert decode(text.encode(charset), label) == text


@pytest.mark.parametrize(
    "label", [None, "", "unknown-8bit", "x-user-defined", "us-ascii", "iso-8859-1", "utf-8"]
)
@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (KOREAN, "cp949"),
        ("안녕하세요", "euc-kr"),
        ("ㅋㅋㅋ 네", "euc-kr"),
        (KOREAN, "utf-8"),
        (JAPANESE, "cp932"),
        (JAPANESE.replace("①", "1").replace("㈱", ""), "euc_jp"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (FRENCH, "cp1252"),
        ("Grüße aus Köln, ich hätte gern zwei Stück", "cp1252"),
    ],
)
def test_no_label_or_a_wrong_one(text: str, charset: str, label: str | None):
    assert decode(text.encode(charset), label) == text


def test_a_short_korean_word_is_not_taken_for_latin_letters():
    """처 in euc-kr is ó in UTF-8."""
    assert decode("처.txt".encode("euc-kr"), "euc-kr") == "처.txt"


def test_mail_of_japan_in_seven_bits_with_what_windows_adds():
    plain = "件名: ご注文のﾃｽﾄ"
    assert decode("注文番号です".encode("iso2022_jp"), "ISO-2022-JP") == "注文番号です"
    # ① and ㈱ stand in row 13, which the standard leaves empty.
    assert decode(b"\x1b$B\x2d\x21\x2d\x6a\x1b(B ok", "iso-2022-jp") == "①㈱ ok"
    assert decode(b"\x1b(I\x43\x3d\x44\x1b(B", "iso-2022-jp") == "ﾃｽﾄ"
    assert decode(plain.encode("iso2022_jp_ext"), None) == plain
    assert decode("髙島".encode("iso2022_jp_ext", "replace"), "iso-2022-jp") in {"髙島", "?島"}
    assert decode("안녕하세요".encode("iso2022_kr"), None) == "안녕하세요"


def test_broken_bytes_break_nothing_else():
    assert decode(f"{KOREAN}가".encode()[:-1], "utf-8") == f"{KOREAN}\ufffd"
    assert decode("가나다라마바사아자차카타파하".encode()[:-1] * 3, "utf-8").count("\ufffd") == 3
    assert decode("가나다라마바사아자차카타파하".encode()[:-1]).startswith("가나다라마바사아자차카타파")
    assert decode(b"Hello \x80\x81 everybody who reads this line of text", "utf-8").endswith("line of text")


def test_nuls_and_control_characters_are_no_text():
    assert decode(b"a\0b\x07c\r\nd\re") == "abc\nd\ne"


@pytest.mark.parametrize(
    "label", ["zip", "bz2", "hex", "idna", "punycode", "unicode_escape", "undefined", "rot13", "a\0b"]
)
def test_a_label_never_names_what_is_no_charset(label: str):
    assert decode("안녕 \\x41".encode(), label) == "안녕 \\x41"


def test_names_that_nobody_knows_do_not_stay_in_memory():
    import encodings

    decode("안녕".encode(), "x-made-up-by-a-stranger")
    assert not [name for name in encodings._cache if "stranger" in name]


def encoded(text: str, charset: str, label: str | None = None) -> str:
    return f"=?{label or charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("plain", "plain"),
        (encoded("똠방각하", "cp949", "euc-kr"), "똠방각하"),
        (encoded("똠방각하", "cp949", "ks_c_5601-1987"), "똠방각하"),
        (f"Re: {encoded('배송', 'utf-8')}\r\n {encoded(' 문의', 'utf-8')} (2)", "Re: 배송 문의 (2)"),
        (f"{encoded('배송', 'utf-8')} {encoded('문의', 'cp949', 'euc-kr')}", "배송문의"),
        ("=?utf-8?Q?=EB=B0=B0=EC=86=A1_=EB=AC=B8=EC=9D=98?=", "배송 문의"),
        ("=?UTF-8*ko?Q?=EB=B0=B0?=", "배"),
        ("=?utf-8?Q?a b?=", "a b"),
        ("=?gb2312?B?xPq6ww==?=", "您好"),
        ("=?iso-2022-jp?B?GyRCQ21KOBsoQg==?=", "注文"),
        ("=?nobody?Q?a=20b?=", "a b"),
        ("=?utf-8?B?YWJj", "=?utf-8?B?YWJj"),
        ("=?utf-8?B?YQpCY2M6IHhAeS56?=", "a Bcc: x@y.z"),
        ("a\r\n b\n\tc", "a b c"),
    ],
)
def test_headers_as_programs_write_them(raw: str, text: str):
    assert header_text(raw) == text


def test_a_letter_that_two_words_share():
    whole = "안녕하세요".encode()
    first, second = base64.b64encode(whole[:4]).decode(), base64.b64encode(whole[4:]).decode()
    assert header_text(f"=?utf-8?B?{first}?=\r\n =?utf-8?B?{second}?=") == "안녕하세요"


@pytest.mark.parametrize("charset", ["cp949", "utf-8"])
def test_raw_bytes_in_a_header(charset: str):
    assert header_text("배송이 아직".encode(charset).decode("ascii", "surrogateescape")) == "배송이 아직"


def test_base64_as_it_comes():
    assert base64_bytes(b"aGVsbG8") == b"hello"
    assert base64_bytes(b"aGVs!!\r\n bG8=\n-- \n") == b"hello"
    assert base64_bytes(b"aGVsbG8=\naGVsbG8=\n") == b"hellohello"
    assert base64_bytes(b"") == base64_bytes(b"=") == base64_bytes(b"a") == b""
    assert len(base64_bytes(b"YQ==" * 5_000)) > 1_000


@given(
    st.binary(max_size=300),
    st.text(max_size=30) | st.sampled_from(["euc-kr", "utf-7", "iso-2022-jp", "hz", "utf-16", "johab"]),
)
def test_any_bytes_are_text(body: bytes, label: str):
    text = decode(body, label)
    assert "\0" not in text and text.encode("utf-8").decode() == text


@given(
    st.binary(max_size=200)
    | st.lists(
        st.sampled_from([b"=?", b"?=", b"?B?", b"?Q?", b"utf-8", b" ", b"\r\n", b"\xb0\xa1", b"YQ", b"=20"])
    ).map(b"".join)
)
def test_any_header_is_one_line(raw: bytes):
    text = header_text(raw.decode("ascii", "surrogateescape"))
    assert "\n" not in text and "\r" not in text and "\0" not in text
    text.encode("utf-8")
