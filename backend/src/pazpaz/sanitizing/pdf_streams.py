"""A PDF's streams: how much they unpack to, nothing hidden behind them, pictures without metadata."""

import re
import zlib
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from pazpaz.sanitizing import jpeg, jpeg2000
from pazpaz.sanitizing.errors import Reason, Rejected

MAX_STREAM_BYTES = 256 * 1024 * 1024
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
MAX_IMAGE_PIXELS = 200_000_000
MAX_FILTERS = 4
MAX_FORM_DEPTH = 30
MAX_DRAWN = 1_000_000

_PIECE_BYTES = 1024 * 1024
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
_DRAW = re.compile(rb"\bDo\b")


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
        """Unpack it piece by piece, keep none, and cut off what lies behind its end."""
        raw = stream.read_raw_bytes()
        inflater = zlib.decompressobj()
        size, rest = 0, raw
        try:
            while rest and not inflater.eof:
                size += len(inflater.decompress(rest, _PIECE_BYTES))
                rest = inflater.unconsumed_tail
                if size > MAX_STREAM_BYTES or size > self._left:
                    raise Rejected(Reason.TOO_COSTLY)
        except zlib.error:
            raise Rejected(Reason.DOES_NOT_DECODE) from None
        self._spend(size)
        if inflater.unused_data:
            _replace(stream, raw[: len(raw) - len(inflater.unused_data)])

    def _unpack(self, stream: Stream, count: int, picture: str | None) -> None:
        """Take off all packing but a picture's own; what is plain then is packed again when it is saved."""
        inner = self._pdf.make_stream(stream.read_raw_bytes())
        parameters = _listed(stream.get("/DecodeParms", stream.get("/DP")))
        filters = _filters(stream)
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


class Forms:
    """Forms that draw forms: none draws itself, and all they draw together is bounded."""

    def __init__(self) -> None:
        self._drawn_by: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._draws: dict[tuple[int, int], int] = {}

    def add(self, stream: Stream) -> None:
        """Note which forms it can draw, and how often it draws anything."""
        if stream.get("/Subtype") != Name.Form:
            return
        resources = stream.get("/Resources")
        pictures = resources.get("/XObject") if isinstance(resources, Dictionary) else None
        if not isinstance(pictures, Dictionary):
            return
        inner = [item.objgen for _, item in pictures.items() if _is_form(item)]
        if inner:
            self._drawn_by[stream.objgen] = inner
            self._draws[stream.objgen] = len(
                _DRAW.findall(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))
            )

    def check(self) -> None:
        """Follow every chain once."""
        cost: dict[tuple[int, int], int] = {}
        for form in self._drawn_by:
            self._cost(form, cost, 0)

    def _cost(self, form: tuple[int, int], cost: dict[tuple[int, int], int], depth: int) -> int:
        """Return an upper bound of the forms it draws: each `Do` draws the dearest it could."""
        if form not in self._drawn_by:
            return 1
        if depth > MAX_FORM_DEPTH:  # also a chain that comes back to itself
            raise Rejected(Reason.TOO_COMPLEX)
        if form not in cost:
            dearest = max(self._cost(inner, cost, depth + 1) for inner in self._drawn_by[form])
            cost[form] = 1 + self._draws[form] * dearest
        if cost[form] > MAX_DRAWN:
            raise Rejected(Reason.TOO_COMPLEX)
        return cost[form]


def _is_form(item: Any) -> bool:
    return isinstance(item, Stream) and item.get("/Subtype") == Name.Form
