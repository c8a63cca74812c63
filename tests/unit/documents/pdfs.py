"""Small PDFs, written by hand: texts at places, in Helvetica."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class At:
    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False
    font: float = 0  # the size that is set before a matrix gives the one above; default: that one, and no matrix


def pdf(
    pages: Sequence[Sequence[At]], *, title: str = "", more: str = "", to_unicode: str = "", rotate: int = 0
) -> bytes:
    """`more` goes into the trailer; `to_unicode` is a CMap of the fonts."""
    objects: list[bytes] = []

    def put(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(data: bytes) -> int:
        return put(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data))

    catalog, tree, info = put(b""), put(b""), put(f"<< /Title ({title}) >>".encode("latin-1"))
    mapped = f" /ToUnicode {stream(to_unicode.encode())} 0 R" if to_unicode else ""
    fonts = [
        put(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding{mapped} >>".encode())
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    kids = []
    for page in pages:
        drawn = stream(b"\n".join(map(_drawn, page)))
        kids.append(
            put(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 612 792] /Rotate {rotate} /Contents {drawn} 0 R "
                f"/Resources << /Font << /F0 {fonts[0]} 0 R /F1 {fonts[1]} 0 R >> >> >>".encode()
            )
        )
    objects[catalog - 1] = f"<< /Type /Catalog /Pages {tree} 0 R >>".encode()
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[tree - 1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    return _file(objects, f"/Root {catalog} 0 R /Info {info} 0 R {more}")


def _drawn(one: At) -> bytes:
    text = one.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    font = one.font or one.size
    by = one.size / font
    return b"BT /F%d %g Tf %g 0 0 %g %g %g Tm (%s) Tj ET" % (one.bold, font, by, by, one.x, one.y, text)


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    written = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        trailer.encode(),
        len(written),
    )
