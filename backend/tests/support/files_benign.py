"""Benign pictures, made by code in every form their formats have."""

import struct
import zlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

from tests.support.files_case import JPEG, PNG, Case
from tests.support.files_images import (
    chunk,
    encoded,
    exif,
    header,
    jpeg_with,
    picture,
    png,
    png_with,
    segment,
    tiff,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """A profile in which red and green have changed places: whoever ignores it shows other colours."""
    columns = {
        b"rXYZ": (0.3851, 0.7169, 0.0971),
        b"gXYZ": (0.4361, 0.2225, 0.0139),
        b"bXYZ": (0.1431, 0.0606, 0.7141),
        b"wtpt": (0.9642, 1.0, 0.8249),
    }
    tags = {
        name: b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(part * 65536)) for part in value)
        for name, value in columns.items()
    }
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve, b"cprt": b"text\0\0\0\0none\0\0\0\0"}
    return _profile(b"RGB ", tags)


def linear_grey_profile() -> bytes:
    """A profile of grey in which half the number is half the light: far brighter than sRGB has it."""
    white = b"".join(struct.pack(">i", round(part * 65536)) for part in (0.9642, 1.0, 0.8249))
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 256) + b"\0\0"
    tags = {b"wtpt": b"XYZ \0\0\0\0" + white, b"kTRC": curve, b"cprt": b"text\0\0\0\0none\0\0\0\0"}
    return _profile(b"GRAY", tags)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {**tags, b"desc": b"desc\0\0\0\0\0\0\0\x02x\0" + bytes(78)}
    table, body, at = b"", b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", at + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    head = bytes(8) + b"\x02\x40\0\0mntr" + space + b"XYZ " + bytes(12) + b"acsp" + bytes(28)
    head += b"".join(struct.pack(">i", round(part * 65536)) for part in (0.9642, 1.0, 0.8249))
    head += bytes(128 - len(head))
    whole = head + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def raw_png(depth: int, colour: int, *, interlaced: bool = False, size: tuple[int, int] = (21, 13)) -> bytes:
    """A PNG of any depth and colour type, in seven passes if wanted, which Pillow does not write."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    passes = (
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        if interlaced
        else [(0, 0, 1, 1)]
    )
    rows = b""
    for left, top, across, down in passes:
        for y in range(top, size[1], down):
            columns = range(left, size[0], across)
            if columns:
                rows += b"\0" + _row(columns, y, depth, samples)
    more = [chunk(b"PLTE", (bytes(range(256)) * 3)[: 3 * 2**depth])] if colour == 3 else []
    return png(header(*size, depth, colour, int(interlaced)), *more, chunk(b"IDAT", zlib.compress(rows)))


def _row(columns: range, y: int, depth: int, samples: int) -> bytes:
    top = 2**depth
    values = [(x * 1103 + y * 577 + band * 7919) % top for x in columns for band in range(samples)]
    if depth == 16:
        return struct.pack(f">{len(values)}H", *values)
    bits = "".join(f"{value:0{depth}b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _case(name: str, kind: str, *arguments: Any, **options: Any) -> Case:
    return Case(name, kind, partial(encoded, "JPEG" if kind == JPEG else "PNG", *arguments, **options))


def _jpegs() -> Iterator[Case]:
    for mode in ("RGB", "L", "CMYK"):
        for quality in (35, 75, 95):
            for sampling in (0, 1, 2) if mode == "RGB" else (0,):
                for progressive in (False, True):
                    options = {"quality": quality, "subsampling": sampling, "progressive": progressive}
                    name = f"JPEG {mode} {quality} sampling {sampling}{' progressive' if progressive else ''}"
                    yield _case(name, JPEG, mode, **options)
    for orientation in range(10):
        yield Case(f"JPEG turned {orientation}", JPEG, lambda o=orientation: jpeg_with(exif(o)))  # type: ignore[misc]
    for size in ((1, 1), (1, 300), (300, 1), (7, 13), (8, 8), (17, 16), (1200, 900)):
        yield _case(f"JPEG {size}", JPEG, "RGB", size)
    yield _case("JPEG optimised", JPEG, optimize=True)
    yield _case("JPEG with dots per inch", JPEG, dpi=(300, 300))
    yield _case("JPEG with sRGB", JPEG, icc_profile=SRGB)
    yield _case("JPEG grey with sRGB", JPEG, "L", icc_profile=SRGB)
    yield _case("JPEG with restarts", JPEG, restart_marker_blocks=2)
    yield _case("JPEG of RGB itself", JPEG, keep_rgb=True)
    yield _case("JPEG with a comment", JPEG, comment="Knee, left · ברך")
    yield Case("JPEG filled up between segments", JPEG, lambda: jpeg_with(b"\xff" * 30 + segment(0xFE, b"x")))


def _pngs() -> Iterator[Case]:
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        for level in (0, 1, 9):
            yield _case(f"PNG {mode} packed {level}", PNG, mode, compress_level=level)
    depths = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    for colour, several in depths.items():
        for depth in several:
            for interlaced in (False, True):
                name = f"PNG of type {colour}, {depth} bits{', in passes' if interlaced else ''}"
                yield Case(name, PNG, partial(raw_png, depth, colour, interlaced=interlaced))
    for orientation in range(1, 9):
        chunks = chunk(b"eXIf", tiff(orientation))
        yield Case(f"PNG turned {orientation}", PNG, partial(png_with, chunks))
    for size in ((1, 1), (1, 300), (300, 1), (7, 13), (1200, 900)):
        yield _case(f"PNG {size}", PNG, "RGB", size)
    for bits in (1, 2, 4):
        yield Case(f"PNG palette of {bits} bits", PNG, partial(_palette, bits))
    yield _case("PNG with one colour clear", PNG, transparency=(10, 20, 30))
    yield _case("PNG grey with one clear", PNG, "L", transparency=17)
    yield _case("PNG palette with one clear", PNG, "P", transparency=0)
    yield _case("PNG palette with alpha", PNG, "P", transparency=bytes(range(256)))
    yield _case("PNG with sRGB", PNG, icc_profile=SRGB)
    yield _case("PNG with dots per inch", PNG, dpi=(144, 144))
    yield Case("PNG with gamma", PNG, partial(png_with, chunk(b"gAMA", (100_000).to_bytes(4, "big"))))
    yield Case(
        "PNG marked sRGB", PNG, partial(png_with, chunk(b"sRGB", b"\0"), chunk(b"gAMA", b"\0\0\xb1\x8f"))
    )
    yield Case("PNG in small pieces", PNG, _pieces)


def _palette(bits: int) -> bytes:
    out = BytesIO()
    picture().quantize(2**bits).save(out, "PNG", bits=bits)
    return out.getvalue()


def _pieces() -> bytes:
    """Its data in chunks of seven bytes, as streaming encoders write."""
    plain = encoded("PNG")
    size = int.from_bytes(plain[33:37], "big")
    data = plain[41 : 41 + size]
    return png(plain[8:33], *(chunk(b"IDAT", data[at : at + 7]) for at in range(0, size, 7)))


def upright(content: bytes) -> Image.Image:
    """The picture as a viewer shows it, by its EXIF alone."""
    image = Image.open(BytesIO(content))
    orientation = image.getexif().get(0x0112)
    image.load()
    turns = [None, None, 0, 3, 1, 5, 4, 6, 2]  # EXIF's numbers as Pillow's
    turn = turns[orientation] if isinstance(orientation, int) and orientation < len(turns) else None
    return image if turn is None else image.transpose(Image.Transpose(turn))


CASES = [*_jpegs(), *_pngs()]
