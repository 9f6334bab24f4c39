"""PDFs written by hand: what no library would write."""

import zlib
from collections.abc import Mapping

CONTENT = b"BT /F1 24 Tf 72 700 Td (A note) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def document(
    catalogue: bytes = b"",
    page: bytes = b"",
    extra: Mapping[int, bytes] | None = None,
    trailer: bytes = b"",
    *,
    objects: Mapping[int, bytes] | None = None,
) -> bytes:
    """One page of text; more entries for the catalogue and the page, more objects from number 10 on."""
    plain = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> " + page + b" >>",
        4: stream(CONTENT),
        5: FONT,
    }
    return assemble({**plain, **(extra or {}), **(objects or {})}, trailer)


def assemble(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """The objects with their table, all references to be right."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: dict[int, int] = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        known = number in offsets
        out += b"%010d %05d %s \n" % (offsets.get(number, 0), 0 if known else 65535, b"n" if known else b"f")
    out += b"trailer\n<< /Size %d /Root 1 0 R " % size + trailer + b" >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def revised(document: bytes, number: int, body: bytes) -> bytes:
    """The same file with one object replaced behind its end, as editors save."""
    before = document.rindex(b"startxref")
    previous = int(document[before:].split()[1])
    start = len(document) + len(b"%d 0 obj\n" % number) + len(body) + len(b"\nendobj\n")
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(document))
    tail = b"trailer\n<< /Size 100 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (previous, start)
    return document + b"%d 0 obj\n" % number + body + b"\nendobj\n" + table + tail


def stream(body: bytes, entries: bytes = b"") -> bytes:
    """A stream object with its length."""
    return b"<< /Length %d " % len(body) + entries + b" >>\nstream\n" + body + b"\nendstream"


def flate(body: bytes, entries: bytes = b"") -> bytes:
    """A packed one."""
    return stream(zlib.compress(body), b"/Filter /FlateDecode " + entries)


def zeros(megabytes: int) -> bytes:
    """That much nothing, packed, without ever holding it."""
    packer = zlib.compressobj(1)
    piece = bytes(1024 * 1024)
    return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()


def in_object_stream(objects: Mapping[int, bytes], catalogue: bytes) -> bytes:
    """A document whose added objects lie packed in an object stream, found through a cross-reference stream."""
    head, bodies = b"", b""
    for number, body in sorted(objects.items()):
        head += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    holder = flate(head + bodies, b"/Type /ObjStm /N %d /First %d " % (len(objects), len(head)))
    plain = {
        1: b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        6: holder,
    }
    out = bytearray(b"%PDF-1.7\n")
    rows: dict[int, bytes] = {0: bytes((0, 0, 0, 0, 0))}
    for number, body in plain.items():
        rows[number] = bytes((1,)) + len(out).to_bytes(3, "big") + b"\0"
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    for at, number in enumerate(sorted(objects)):
        rows[number] = bytes((2, 0, 0, 6, at))
    own = max(rows) + 1
    rows[own] = bytes((1,)) + len(out).to_bytes(3, "big") + b"\0"
    table = b"".join(rows.get(number, bytes(5)) for number in range(own + 1))
    start = len(out)
    entries = b"/Type /XRef /Size %d /W [1 3 1] /Root 1 0 R " % (own + 1)
    out += b"%d 0 obj\n" % own + flate(table, entries) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
