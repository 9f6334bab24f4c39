"""Hostile pictures, and files that only say they are one."""

import gzip
import io
import struct
import zipfile
import zlib

from pazpaz.sanitizing.errors import Reason
from tests.support.files_case import JPEG, MARK, PDF, PNG, Case, costly, hostile
from tests.support.files_images import (
    chunk,
    encoded,
    exif,
    header,
    jpeg_with,
    png,
    png_with,
    resized,
    scans,
    segment,
    tiff,
)
from tests.support.files_pdf import document, zeros

_BROKEN, _PIXELS, _COSTLY = Reason.DOES_NOT_DECODE, Reason.TOO_MANY_PIXELS, Reason.TOO_COSTLY


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", MARK)
    return out.getvalue()


_FOREIGN = {
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "GIF": b"GIF89a\x01\0\x01\0\0\0\0;",
    "WebP": b"RIFF\x1a\0\0\0WEBPVP8 ",
    "BMP": b"BM" + bytes(60),
    "TIFF": b"II*\0" + bytes(60),
    "HEIC": b"\0\0\0\x18ftypheic" + bytes(40),
    "ICO": b"\0\0\1\0\1\0" + bytes(40),
    "MP4": b"\0\0\0\x18ftypmp42" + bytes(40),
    "EXE": b"MZ" + bytes(200),
    "ELF": b"\x7fELF" + bytes(200),
    "PostScript": b"%!PS-Adobe-3.0\n",
    "ZIP": _zip(),
    "gzip": gzip.compress(b"x"),
    "shell": b"#!/bin/sh\n",
    "nothing": b"",
    "one byte": b"\xff",
    "UTF-16": "<script>".encode("utf-16"),
}
DISGUISED = [
    *(Case(f"{name} called JPEG", JPEG, lambda body=body: body) for name, body in _FOREIGN.items()),  # type: ignore[misc]
    *(Case(f"{name} called PDF", PDF, lambda body=body: body) for name, body in _FOREIGN.items()),  # type: ignore[misc]
    Case("space before a JPEG", JPEG, lambda: b" " + encoded("JPEG")),
    Case("junk before a PDF", PDF, lambda: b"GIF89a\n" + document()),
    Case("too many line ends before a PDF", PDF, lambda: b"\n" * 40 + document()),
    Case("HTML before a PDF", PDF, lambda: b"<script>" + MARK + b"</script>\n" + document()),
]

_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + MARK + b"</x:xmpmeta>"
_GPS = b"GPSLatitude 32.0853" + MARK
_TINY = encoded("PNG", size=(1, 1))
_ICC_TEXT = b"ICC_PROFILE\0\x01\x01" + MARK * 20

HIDING = [
    hostile("JPEG with a ZIP behind", JPEG, lambda: encoded("JPEG") + _zip()),
    hostile("JPEG with a film behind", JPEG, lambda: encoded("JPEG") + b"\0\0\0\x18ftypmp42" + MARK * 1000),
    hostile("JPEG with a JPEG behind", JPEG, lambda: encoded("JPEG") + jpeg_with(segment(0xFE, MARK))),
    hostile("JPEG with HTML in a comment", JPEG, lambda: jpeg_with(segment(0xFE, b"<script>" + MARK))),
    hostile("JPEG with PHP in EXIF", JPEG, lambda: jpeg_with(exif(1, b"<?php " + MARK))),
    hostile("JPEG with GPS", JPEG, lambda: jpeg_with(exif(6, _GPS))),
    hostile("JPEG with a thumbnail in EXIF", JPEG, lambda: jpeg_with(exif(1, encoded("JPEG") + MARK))),
    hostile("JPEG with damaged EXIF", JPEG, lambda: jpeg_with(segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + MARK))),
    hostile("JPEG with XMP", JPEG, lambda: jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _XMP))),
    hostile("JPEG with more XMP", JPEG, lambda: jpeg_with(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + _XMP))),
    hostile("JPEG with IPTC", JPEG, lambda: jpeg_with(segment(0xED, b"Photoshop 3.0\08BIM\x04\x04" + MARK))),
    hostile("JPEG with a JFXX thumbnail", JPEG, lambda: jpeg_with(segment(0xE0, b"JFXX\0\x10" + MARK))),
    hostile("JPEG with a JFIF thumbnail", JPEG, lambda: encoded("JPEG")[:2]
            + segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x05\x01" + (MARK + b"!")) + encoded("JPEG")[20:]),
    hostile("JPEG with a profile of text", JPEG, lambda: jpeg_with(segment(0xE2, _ICC_TEXT))),
    hostile("JPEG with a list of pictures", JPEG, lambda: jpeg_with(segment(0xE2, b"MPF\0MM\0*\0\0\0\x08" + MARK))),
    hostile("JPEG with unknown segments", JPEG, lambda: jpeg_with(*(segment(code, MARK) for code in range(0xE3, 0xF0)))),
    hostile("JPEG with bytes between segments", JPEG, lambda: jpeg_with(MARK, segment(0xFE, b"x"))),
    hostile("PNG with a ZIP behind", PNG, lambda: encoded("PNG") + _zip()),
    hostile("PNG with text", PNG, lambda: png_with(chunk(b"tEXt", b"Comment\0<script>" + MARK))),
    hostile("PNG with packed text", PNG, lambda: png_with(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(MARK)))),
    hostile("PNG with XMP", PNG, lambda: png_with(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _XMP))),
    hostile("PNG with EXIF", PNG, lambda: png_with(chunk(b"eXIf", tiff(1, _GPS)))),
    hostile("PNG with a private chunk", PNG, lambda: png_with(chunk(b"evIl", MARK))),
    hostile("PNG with a time", PNG, lambda: png_with(chunk(b"tIME", b"\x07\xe8\1\1\1\1\1"))),
    hostile("PNG with a profile of text", PNG, lambda: png_with(chunk(b"iCCP", b"x\0\0" + zlib.compress(MARK)))),
    hostile("PNG with a text bomb", PNG, lambda: png_with(chunk(b"zTXt", b"Comment\0\0" + zeros(200)))),
    hostile("PNG with bytes behind its pixels", PNG, lambda: png(header(1, 1), chunk(b"IDAT", zlib.compress(bytes(4)) + MARK))),
]  # fmt: skip


def _cut(content: bytes, part: int) -> bytes:
    """The first so many hundredths."""
    return content[: len(content) * part // 100]


BROKEN = [
    *(hostile(f"JPEG cut at {part} %", JPEG, lambda part=part: _cut(encoded("JPEG"), part), _BROKEN)  # type: ignore[misc]
      for part in (2, 20, 50, 90, 99)),
    *(hostile(f"PNG cut at {part} %", PNG, lambda part=part: _cut(encoded("PNG"), part), _BROKEN)  # type: ignore[misc]
      for part in (10, 50, 90, 99)),
    hostile("JPEG cut and ended", JPEG, lambda: encoded("JPEG", size=(800, 600))[:700] + b"\xff\xd9"),
    hostile("JPEG of two frames", JPEG, lambda: jpeg_with(segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\0")), _BROKEN),
    hostile("JPEG of arithmetic codes", JPEG, lambda: encoded("JPEG").replace(b"\xff\xc0", b"\xff\xc9", 1), _BROKEN),
    hostile("JPEG without loss", JPEG, lambda: encoded("JPEG").replace(b"\xff\xc0", b"\xff\xc3", 1), _BROKEN),
    hostile("JPEG without height", JPEG, lambda: resized(encoded("JPEG"), 96, 0), _BROKEN),
    hostile("JPEG with its height behind", JPEG, lambda: encoded("JPEG")[:-2] + segment(0xDC, b"\0\x40") + b"\xff\xd9", _BROKEN),
    hostile("JPEG of nothing", JPEG, lambda: b"\xff\xd8\xff\xd9", _BROKEN),
    hostile("JPEG with a segment of no length", JPEG, lambda: jpeg_with(b"\xff\xfe\0\0"), _BROKEN),
    hostile("JPEG with a segment too long", JPEG, lambda: b"\xff\xd8\xff\xfe\xff\xff" + encoded("JPEG"), _BROKEN),
    hostile("JPEG without tables", JPEG, lambda: encoded("JPEG").replace(b"\xff\xdb", b"\xff\xfe"), _BROKEN),
    hostile("JPEG of 255 colours", JPEG, lambda: encoded("JPEG").replace(b"\0\x40\0\x60\x03", b"\0\x40\0\x60\xff"), _BROKEN),
    hostile("PNG with a wrong checksum", PNG, lambda: png(header(1, 1), chunk(b"IDAT", zlib.compress(bytes(4)), checksum=1))),
    hostile("PNG with a wrong checksum first", PNG, lambda: _TINY[:29] + b"abcd" + _TINY[33:], _BROKEN),
    hostile("PNG without an end", PNG, lambda: _TINY[:-12], _BROKEN),
    hostile("PNG without pixels", PNG, lambda: png(header(8, 8)), _BROKEN),
    hostile("PNG with too few pixels", PNG, lambda: png(header(800, 800), chunk(b"IDAT", zlib.compress(bytes(99)))), _BROKEN),
    hostile("PNG without a first chunk", PNG, lambda: png(chunk(b"IDAT", zlib.compress(bytes(4)))), _BROKEN),
    hostile("PNG with two first chunks", PNG, lambda: png(header(1, 1), header(900, 900), chunk(b"IDAT", b"")), _BROKEN),
    hostile("PNG without width", PNG, lambda: png(header(0, 1), chunk(b"IDAT", zlib.compress(b""))), _BROKEN),
    hostile("PNG of 7 bits", PNG, lambda: png(header(1, 1, 7), chunk(b"IDAT", zlib.compress(bytes(4)))), _BROKEN),
    hostile("PNG with a chunk nobody knows", PNG, lambda: png_with(chunk(b"EVIL", MARK)), _BROKEN),
    hostile("PNG with a chunk too long", PNG, lambda: _TINY[:33] + b"\xff\xff\xff\xffIDAT" + _TINY[41:], _BROKEN),
    hostile("PNG that moves", PNG, lambda: png_with(chunk(b"acTL", struct.pack(">II", 2, 0))), Reason.ANIMATED),
]  # fmt: skip

BOMBS = [
    hostile("PNG of 900 megapixels", PNG, lambda: png(header(30_000, 30_000, 1, 0), chunk(b"IDAT", zeros(107))), _PIXELS),
    hostile("PNG of 4 gigapixels", PNG, lambda: png(header(65_535, 65_535), chunk(b"IDAT", zeros(1))), _PIXELS),
    hostile("PNG as wide as can be", PNG, lambda: png(header(2**31 - 1, 1), chunk(b"IDAT", zeros(1))), _PIXELS),
    hostile("PNG of one long line", PNG, lambda: png(header(40_000_000, 1, 8, 0), chunk(b"IDAT", zeros(39))), _PIXELS),
    hostile("PNG in passes, too large", PNG, lambda: png(header(20_000, 20_000, 16, 6, 1), chunk(b"IDAT", zeros(1))), _PIXELS),
    costly("PNG of the most pixels in 16 bits", PNG, lambda: png(header(8160, 6144, 16, 6, 1), chunk(b"IDAT", zeros(390)))),
    hostile("PNG of one pixel and a gigabyte", PNG, lambda: png(header(1, 1), chunk(b"IDAT", zeros(300)))),
    hostile("PNG with a profile bomb", PNG, lambda: png_with(chunk(b"iCCP", b"x\0\0" + zeros(300))), _BROKEN),
    hostile("JPEG of 4 gigapixels", JPEG, lambda: resized(encoded("JPEG"), 65_500, 65_500), _PIXELS),
    hostile("JPEG of one long line", JPEG, lambda: resized(encoded("JPEG"), 65_500, 8), _PIXELS),
    hostile("progressive JPEG, too large", JPEG, lambda: resized(encoded("JPEG", progressive=True), 7_000, 7_000), _PIXELS),
    hostile("JPEG of 500 scans", JPEG, lambda: scans(64, 64, 500), _COSTLY),
    costly("JPEG of 64 large scans", JPEG, lambda: scans(6_140, 6_140, 64)),
    costly("JPEG of 60 scans, not all there", JPEG, lambda: scans(6_140, 6_140, 60)[:-300], _BROKEN),
]  # fmt: skip
