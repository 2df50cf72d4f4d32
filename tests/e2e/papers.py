"""PDF files of our own, by hand: so that tests know each word of them."""

from __future__ import annotations

SYSTEM = "<< /Registry (Adobe) /Ordering (Korea1) /Supplement 1 >>"
KOREAN = (
    f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HYSMyeongJo-Medium /CIDSystemInfo {SYSTEM} "
    "/FontDescriptor << /Type /FontDescriptor /FontName /HYSMyeongJo-Medium /Flags 6 /ItalicAngle 0 "
    "/FontBBox [0 -200 1000 900] /Ascent 858 /Descent -141 /CapHeight 737 /StemV 80 >> >>"
)
# No empty password opens it.
LOCKED = f"<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"


def paper(*pages: str, locked: bool = False) -> bytes:
    """A page for each text, in a Latin font, or where it has Korean in one that names its encoding and no more."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(count))
    objects = [
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
        )
        objects += [
            (
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
                f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {6 + 2 * n} 0 R >>"
            ),
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    if locked:
        objects.append(LOCKED)
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    lock = f" /Encrypt {len(objects)} 0 R /ID [<{'43' * 16}> <{'43' * 16}>]" if locked else ""
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{lock} >>\nstartxref\n{start}\n%%EOF\n"
    return made + trailer.encode()
