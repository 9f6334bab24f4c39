"""A PDF's streams: how much they unpack to, nothing hidden behind them, pictures without metadata."""

import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from pazpaz.sanitizing import jpeg, jpeg2000
from pazpaz.sanitizing.errors import Reason, Rejected

MAX_STREAM_BYTES = 256 * 1024 * 1024
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
MAX_IMAGE_PIXELS = 200_000_000
MAX_FILTERS = 4

_PIECE_BYTES = 1024 * 1024
# Before packed data: a line end too many, or what is left of an object.
_NOISE_BYTES = 16
_HEAD = b"\x78\x9c"
_RAW_DEFLATE = -15
_SHORT = {
    "/AHx": "/ASCIIHexDecode",
    "/A85": "/ASCII85Decode",
    "/LZW": "/LZWDecode",
    "/Fl": "/FlateDecode",
    "/RL": "/RunLengthDecode",
    "/CCF": "/CCITTFaxDecode",
    "/DCT": "/DCTDecode",
}
_PACKED = frozenset({"/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/FlateDecode", "/RunLengthDecode"})
_PICTURES = frozenset({"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode"})


class Streams:
    """Checks one stream after the other against what is left for all of them."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self._pdf = pdf
        self._left = MAX_TOTAL_BYTES

    def check(self, stream: Stream) -> None:
        """Bound it, and rewrite it where it has more than it needs."""
        _check_size(stream)
        filters = _filters(stream)
        picture = filters[-1] if filters and filters[-1] in _PICTURES else None
        packed = filters[:-1] if picture else filters
        if not set(packed) <= _PACKED:
            raise Rejected(Reason.DOES_NOT_DECODE)
        if packed == ["/FlateDecode"] and picture is None:
            self._check_flate(stream)
            return
        if packed:
            self._unpack(stream, len(packed), picture)
        if picture == "/DCTDecode":
            found = jpeg.read(stream.read_raw_bytes(), keep_profile=False)
            _check_pixels(found.width, found.height)
            _replace(stream, found.content)
        elif picture == "/JPXDecode":
            _replace(stream, jpeg2000.bare(stream.read_raw_bytes()))

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Rejected(Reason.TOO_COSTLY)

    def _check_flate(self, stream: Stream) -> None:
        """Unpack it piece by piece, keep none, and cut off what lies before its beginning and behind its end."""
        raw = stream.read_raw_bytes()
        mended = self._mended(raw)
        if mended != raw:
            _replace(stream, mended)

    def _mended(self, raw: bytes) -> bytes:
        """Return packed data as they should be: from their first byte, to their last, with the right check sum."""
        if not raw:
            return raw
        for start in _starts(raw):
            inflater, size, check, rest = zlib.decompressobj(_RAW_DEFLATE), 0, 1, raw[start + 2 :]
            try:
                while rest and not inflater.eof:
                    piece = inflater.decompress(rest, _PIECE_BYTES)
                    size, check, rest = (
                        size + len(piece),
                        zlib.adler32(piece, check),
                        inflater.unconsumed_tail,
                    )
                    if size > min(MAX_STREAM_BYTES, self._left):
                        raise Rejected(Reason.TOO_COSTLY)
            except zlib.error:
                self._spend(size)
                continue
            self._spend(size)
            end = len(raw) - len(inflater.unused_data)
            head = raw[start : start + 2] if _is_head(raw[start : start + 2]) else _HEAD
            return head + raw[start + 2 : end] + (check.to_bytes(4, "big") if inflater.eof else b"")
        raise Rejected(Reason.DOES_NOT_DECODE)

    def _unpack(self, stream: Stream, count: int, picture: str | None) -> None:
        """Take off all packing but a picture's own; what is plain then is packed again when it is saved."""
        parameters = _listed(stream.get("/DecodeParms", stream.get("/DP")))
        filters, raw = _filters(stream), stream.read_raw_bytes()
        inner = self._pdf.make_stream(self._mended(raw) if filters[0] == "/FlateDecode" else raw)
        inner["/Filter"] = Array([Name(name) for name in filters[:count]])
        if any(isinstance(item, Dictionary) for item in parameters[:count]):
            inner["/DecodeParms"] = Array(parameters[:count])
        plain = inner.read_bytes(pikepdf.StreamDecodeLevel.specialized)
        self._spend(len(plain))
        own = parameters[count] if len(parameters) > count else None
        if picture is None:
            stream.write(plain)
        else:
            stream.write(plain, filter=Name(picture), decode_parms=own)


def _starts(raw: bytes) -> Iterator[int]:
    """Where zlib's two bytes of head may be: at the beginning, or behind a little noise."""
    yield from (at for at in range(_NOISE_BYTES) if _is_head(raw[at : at + 2]))
    if not _is_head(raw[:2]):
        yield 0


def _is_head(two: bytes) -> bool:
    return len(two) == 2 and two[0] & 0x0F == zlib.DEFLATED and int.from_bytes(two, "big") % 31 == 0


def _replace(stream: Stream, raw: bytes) -> None:
    """Other packed bytes under the same filters."""
    names: Any = stream.get("/Filter")
    parameters: Any = stream.get("/DecodeParms")
    stream.write(raw, filter=names, decode_parms=parameters)


def _filters(stream: Stream) -> list[str]:
    names = [str(name) for name in _listed(stream.get("/Filter", stream.get("/F")))]
    if len(names) > MAX_FILTERS:
        raise Rejected(Reason.TOO_COSTLY)
    return [_SHORT.get(name, name) for name in names]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Array) else [value]


def _check_size(stream: Stream) -> None:
    if stream.get("/Subtype") != Name.Image:
        return
    width: Any = stream.get("/Width")
    height: Any = stream.get("/Height")
    if isinstance(width, int) and isinstance(height, int):
        _check_pixels(width, height)


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_IMAGE_PIXELS:
        raise Rejected(Reason.TOO_MANY_PIXELS)
