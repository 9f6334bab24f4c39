"""Reads what came out, by its own means: neither Pillow nor pikepdf says that nothing is left."""

import re
import zlib

_JPEG_ALLOWED = {0xC0, 0xC1, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0}
_PNG_ALLOWED = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"IDAT", b"IEND"}
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PDF_FORBIDDEN = (
    *(b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/EF", b"/XFA", b"/RichMedia", b"/Metadata"),
    *(
        b"/Info",
        b"/Producer",
        b"/Creator",
        b"/Author",
        b"/CreationDate (D:",
        b"/PieceInfo",
        b"/Thumb",
    ),
    *(b"/ByteRange", b"Exif\0\0", b"xmpmeta", b"ns.adobe.com/xap", b"Photoshop 3.0", b"8BIM"),
)


def left_in(content_type: str, content: bytes) -> list[str]:
    """What is in it that ought not to be."""
    readers = {"image/jpeg": _jpeg, "image/png": _png, "application/pdf": _pdf}
    return readers[content_type](content)


def _jpeg(content: bytes) -> list[str]:
    wrong: list[str] = []
    at = 2
    while True:
        if content[at] != 0xFF:
            return [*wrong, f"no marker at {at}"]
        code = content[at + 1]
        if code == 0xD9:
            break
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        body = content[at + 4 : at + 2 + size]
        if code not in _JPEG_ALLOWED:
            wrong.append(f"segment {code:02x}")
        if code == 0xE0 and (not body.startswith(b"JFIF\0") or len(body) != 14 or any(body[12:14])):
            wrong.append("a JFIF segment with something in it")
        at += 2 + size
        while code == 0xDA and (content[at] != 0xFF or content[at + 1] in {0, *range(0xD0, 0xD8)}):
            at = content.index(b"\xff", at + 1)
    return wrong if at + 2 == len(content) else [*wrong, "bytes after the end"]


def _png(content: bytes) -> list[str]:
    wrong: list[str] = []
    at, name = 8, b""
    while name != b"IEND":
        size = int.from_bytes(content[at : at + 4], "big")
        name, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size
        if name not in _PNG_ALLOWED:
            wrong.append(f"chunk {name!r}")
        if zlib.crc32(name + body) != int.from_bytes(content[at - 4 : at], "big"):
            wrong.append(f"checksum of {name!r}")
    return wrong if at == len(content) else [*wrong, "bytes after the end"]


def _pdf(content: bytes) -> list[str]:
    wrong = [token.decode("latin-1") for token in _PDF_FORBIDDEN if token in unpacked(content)]
    if not re.match(rb"%PDF-[12]\.\d\n", content):
        wrong.append("its first line")
    if not content.endswith(b"%%EOF\n") or content.count(b"%%EOF") != 1:
        wrong.append("its end")
    return wrong


def unpacked(content: bytes) -> bytes:
    """A file's bytes, and after them those of every packed stream in it."""
    parts = [content]
    for found in _PDF_STREAM.finditer(content):
        inflater = zlib.decompressobj()
        try:
            parts.append(inflater.decompress(found.group(1), 4_000_000) + inflater.unused_data)
        except zlib.error:
            continue
    return b"\n".join(parts)
