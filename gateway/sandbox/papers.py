"""The papers that the invented team sends: a PDF as small as one can be, so that there is something to open."""

from __future__ import annotations

PAPERS = {
    "statement": (
        "Haru Coffee - statement",
        "House blend     1 kg     24,000 KRW",
        "Sidama          1 kg     28,000 KRW",
        "Decaf         500 g      16,000 KRW",
        "From 5 kg a month 15 % less, from 20 kg 22 %.",
    )
}
"""By name, line for line; letters of the standard fonts only (PDF 1.4 section 5.5.1)."""


def paper(name: str) -> bytes:
    """A PDF of one page (PDF 1.4, ISO 32000-1 annex H.3)."""
    lines = "\n".join(f"({_escaped(line)}) Tj 0 -22 Td" for line in PAPERS[name])
    text = f"BT /F1 13 Tf 56 780 Td\n{lines}\nET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + end


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
