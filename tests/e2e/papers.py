"""PDF files of our own, by hand: so that tests know each word of them."""

from __future__ import annotations

from hashlib import md5

SYSTEM = "<< /Registry (Adobe) /Ordering (Korea1) /Supplement 1 >>"
KOREAN = (
    f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HYSMyeongJo-Medium /CIDSystemInfo {SYSTEM} "
    "/FontDescriptor << /Type /FontDescriptor /FontName /HYSMyeongJo-Medium /Flags 6 /ItalicAngle 0 "
    "/FontBBox [0 -200 1000 900] /Ascent 858 /Descent -141 /CapHeight 737 /StemV 80 >> >>"
)
# What a password is filled up with, and how one opens a document: PDF 32000-1:2008, 7.6.3.3, algorithms 1, 2 and 4.
PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
OWNER, IDENTITY, MAY = b"A" * 32, b"C" * 16, -4


def _key(password: str) -> bytes:
    filled = (password.encode() + PAD)[:32]
    return md5(filled + OWNER + MAY.to_bytes(4, "little", signed=True) + IDENTITY).digest()[:5]


def _rc4(key: bytes, plain: bytes) -> bytes:
    box, at, made = list(range(256)), 0, bytearray()
    for n in range(256):
        at = (at + box[n] + key[n % len(key)]) % 256
        box[n], box[at] = box[at], box[n]
    one = other = 0
    for byte in plain:
        one = (one + 1) % 256
        other = (other + box[one]) % 256
        box[one], box[other] = box[other], box[one]
        made.append(byte ^ box[(box[one] + box[other]) % 256])
    return bytes(made)


def _locked(password: str, number: int, content: bytes) -> bytes:
    """The stream of the object of that number."""
    return _rc4(md5(_key(password) + number.to_bytes(3, "little") + b"\0\0").digest()[:10], content)


def _lock(password: str) -> str:
    user = _rc4(_key(password), PAD).hex()
    return f"<< /Filter /Standard /V 1 /R 2 /Length 40 /P {MAY} /O <{OWNER.hex()}> /U <{user}> >>"


def paper(*pages: str, password: str = "") -> bytes:
    """A page for each text, in a Latin font, or where it has Korean in one that names its encoding and no more;
    one with a password in Latin alone."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(count))
    objects: list[str | bytes] = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        (
            "<< /Type /Font /Subtype /Type0 /BaseFont /HYSMyeongJo-Medium /Encoding /KSCms-UHC-H "
            f"/DescendantFonts [{KOREAN}] >>"
        ),
    ]
    for n, words in enumerate(pages):
        content = (
            f"BT /{'F1' if words.isascii() else 'F2'} 36 Tf 60 700 Td <{words.encode('cp949').hex()}> Tj ET"
        ).encode()
        if password:
            content = _locked(password, 6 + 2 * n, content)
        objects += [
            (
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
                f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {6 + 2 * n} 0 R >>"
            ),
            f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream",
        ]
    if password:
        objects.append(_lock(password))
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += (
            f"{number} 0 obj\n".encode()
            + (body if isinstance(body, bytes) else body.encode())
            + b"\nendobj\n"
        )
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    identity = f"[<{IDENTITY.hex()}> <{IDENTITY.hex()}>]"
    lock = f" /Encrypt {len(objects)} 0 R /ID {identity}" if password else ""
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{lock} >>\nstartxref\n{start}\n%%EOF\n"
    return made + trailer.encode()
