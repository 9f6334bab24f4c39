"""Pictures, decoded and encoded anew: upright, in sRGB, and nothing but pixels."""

from io import BytesIO
from typing import Any, BinaryIO

from PIL import (
    Image,
    ImageCms,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,  # noqa: F401 (EXIF is read by it; loaded now, because later nothing can be opened)
)

from pazpaz.sanitizing import jpeg, png
from pazpaz.sanitizing.errors import Reason, Rejected, Removed

# 48 Mi: a telephone's 50 megapixels (8160 × 6144), which turned upright just fits the memory.
MAX_PIXELS = 48 * 1024 * 1024
# All scans of a progressive one are held before there is a pixel; cameras do not write them.
MAX_PROGRESSIVE_PIXELS = 36 * 1024 * 1024
MAX_SIDE = 30_000
# For what has no tables to keep (CMYK): above it files grow and nobody sees a difference.
QUALITY = 92

_ORIENTATION = 0x0112
# A preview: small enough for a list, large enough to know the picture by.
PREVIEW_SIDE = 512
_PREVIEW_QUALITY = 80
_WHITE = (255, 255, 255)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
Image.MAX_IMAGE_PIXELS = None  # `_check_size` has looked at the header before Pillow does
# Loaded now, with what it loads in turn: the child cannot open a file once it has begun.
Image.preinit()
_SRGB = ImageCms.createProfile("sRGB")
_GREYS = Image.frombytes("L", (256, 1), bytes(range(256)))


def clean_jpeg(content: bytes, output: BinaryIO, preview: BinaryIO) -> set[Removed]:
    """Write a photo anew, and a small one; nothing is missed of it."""
    found = jpeg.read(content, keep_profile=True)
    _check_size(found.width, found.height, MAX_PROGRESSIVE_PIXELS if found.is_progressive else MAX_PIXELS)
    source = JpegImagePlugin.JpegImageFile(BytesIO(found.to_decode))
    # The camera's own tables and sampling: the second encoding then loses next to nothing.
    options: dict[str, Any] = {"quality": QUALITY, "subsampling": 0}
    if source.mode != "CMYK":
        tables = source.quantization
        options = {
            "qtables": [tables[number] for number in sorted(tables)],
            "subsampling": max(JpegImagePlugin.get_sampling(source), 0),
        }
    image = _upright(_in_srgb(_decoded(source)), found.exif)
    image.save(output, "JPEG", **options)
    _write_preview(image, preview)
    return set()


def clean_png(content: bytes, output: BinaryIO, preview: BinaryIO) -> set[Removed]:
    """Write a picture anew, its transparency kept, and a small photo of it on white."""
    found = png.read(content)
    _check_size(found.width, found.height, MAX_PIXELS)
    image = _upright(_in_srgb(_decoded(PngImagePlugin.PngImageFile(BytesIO(found.content)))), found.exif)
    chunks = PngImagePlugin.PngInfo()
    if found.gamma:
        chunks.add(b"gAMA", found.gamma)
    image.save(output, "PNG", pnginfo=chunks)
    _write_preview(image, preview)
    return set()


def _write_preview(image: Image.Image, preview: BinaryIO) -> None:
    """Write a JPEG that fits a square, whole or not at all: a picture without one is as good."""
    written = BytesIO()
    try:
        _small(image).save(written, "JPEG", quality=_PREVIEW_QUALITY)
    except Exception:  # noqa: BLE001 (also MemoryError: what it costs is never a reason to refuse the picture)
        return
    preview.write(written.getvalue())


def _small(image: Image.Image) -> Image.Image:
    """Return the picture small and on white; first coarsely, so that a large one costs no second one's memory."""
    coarse = 4 * PREVIEW_SIDE / max(image.size)
    if coarse < 1:
        width, height = (max(1, round(side * coarse)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.NEAREST)
    if image.mode.startswith("I"):  # 16 bits, of which eight are shown
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        clear = image.convert("RGBA")
        image = Image.new("RGB", image.size, _WHITE)
        image.paste(clear, mask=clear.getchannel("A"))
    image = image.convert("RGB")
    image.info = {}
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return image


def _check_size(width: int, height: int, most: int) -> None:
    if width * height > most or max(width, height) > MAX_SIDE:
        raise Rejected(Reason.TOO_MANY_PIXELS)


def _decoded(source: Image.Image) -> Image.Image:
    """Return the pixels, with the profile and the transparency as all there is beside them."""
    source.load()
    source.info = {name: source.info[name] for name in ("icc_profile", "transparency") if name in source.info}
    return source


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the same colours without a profile."""
    profile = image.info.pop("icc_profile", None)
    if profile:
        try:
            return _converted(image, ImageCms.ImageCmsProfile(BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that is damaged, or for other colours than these: viewers ignore it too
    return image.convert("RGB") if image.mode == "CMYK" else image


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in {"RGB", "RGBA"}:
        transform = ImageCms.buildTransform(profile, _SRGB, image.mode, image.mode)
        if not _is_srgb(ImageCms.buildTransform(profile, _SRGB, "RGB", "RGB")):
            ImageCms.applyTransform(image, transform, inPlace=True)
        return image
    if image.mode == "1":
        return image  # black and white are what they are
    if image.mode == "CMYK":
        return _through(image, ImageCms.buildTransform(profile, _SRGB, "CMYK", "RGB"))
    curve = list(_through(_GREYS, ImageCms.buildTransform(profile, _SRGB, "L", "RGB")).convert("L").tobytes())
    if image.mode == "LA":
        return image.point([*curve, *range(256)])
    if image.mode == "L":
        return image.point(curve)
    return image.convert("I").point([curve[value >> 8] for value in range(65_536)], "L")


def _through(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    if converted is None:
        raise Rejected(Reason.DOES_NOT_DECODE)
    converted.info = image.info
    return converted


def _is_srgb(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether it changes nothing, looked at on a cube of colours: most profiles are sRGB."""
    steps = range(0, 256, 17)
    cube = bytes(value for red in steps for green in steps for blue in steps for value in (red, green, blue))
    before = Image.frombytes("RGB", (256, 16), cube)
    after = ImageCms.applyTransform(before, transform)
    return after is not None and all(abs(a - b) <= 1 for a, b in zip(cube, after.tobytes(), strict=True))


def _upright(image: Image.Image, exif: bytes) -> Image.Image:
    if exif:
        tags = Image.Exif()
        try:
            tags.load(exif)
            orientation = tags.get(_ORIENTATION)
        except Exception:  # noqa: BLE001 (damaged EXIF is no reason to refuse a picture; it is left out anyway)
            return image
        if orientation in _UPRIGHT:
            return image.transpose(_UPRIGHT[orientation])
    return image
