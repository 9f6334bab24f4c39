"""U1 and U3, pictures: every benign one passes, looks the same, stands upright, and is nothing but pixels."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.sanitizing.conftest import Sanitize
from tests.support import files_walk
from tests.support.files_benign import CASES, linear_grey_profile, swapped_profile, upright
from tests.support.files_case import JPEG, PNG, Case
from tests.support.files_images import encoded

SAMPLES = [
    Case(path.name, JPEG if path.suffix == ".jpg" else PNG, path.read_bytes)
    for path in sorted((Path(__file__).parent / "samples").iterdir())
    if path.suffix in {".jpg", ".png"}
]


def _difference(before: Image.Image, after: Image.Image) -> float:
    """The mean difference of a channel, on the same ground where they are clear."""
    grounds = [Image.new("RGBA", image.size, "white") for image in (before, after)]
    for ground, image in zip(grounds, (before, after), strict=True):
        ground.alpha_composite(_eight_bits(image).convert("RGBA"))
    return max(ImageStat.Stat(ImageChops.difference(*grounds)).mean)


def _eight_bits(image: Image.Image) -> Image.Image:
    return image.point(lambda value: value / 256).convert("L") if image.mode == "I;16" else image


@pytest.mark.parametrize("case", [*CASES, *SAMPLES], ids=lambda case: case.name)
async def test_a_benign_picture_passes_as_it_was(sanitize: Sanitize, case: Case) -> None:
    """A PNG to the pixel, a JPEG within what a second encoding costs; the same size, upright."""
    content_type, content = await sanitize(case)
    assert content_type == case.claimed_type
    assert files_walk.left_in(content_type, content) == []
    before, after = upright(case.make()), Image.open(BytesIO(content))
    assert after.size == before.size
    # A few blocks are all edge: their colours, kept at half the resolution, shift more.
    most = 2.0 if before.width * before.height > 1000 else 10.0
    assert _difference(before, after) <= (0 if content_type == PNG else most)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_a_profile_is_followed_before_it_is_dropped(sanitize: Sanitize, kind: str) -> None:
    """Red under a profile that calls it green comes out green."""
    out = BytesIO()
    Image.new("RGB", (32, 32), (200, 40, 40)).save(out, kind, icc_profile=swapped_profile(), quality=95)
    _, content = await sanitize(Case("red", JPEG if kind == "JPEG" else PNG, out.getvalue))
    red, green, blue = ImageStat.Stat(Image.open(BytesIO(content)).convert("RGB")).mean
    assert green > 180
    assert max(red, blue) < 80


@pytest.mark.parametrize(
    ("kind", "mode", "half"),
    [("PNG", "L", 128), ("PNG", "LA", (128, 200)), ("PNG", "I;16", 32_896), ("JPEG", "L", 128)],
)
async def test_a_grey_profile_is_followed(sanitize: Sanitize, kind: str, mode: str, half: Any) -> None:
    """Scanners write grey with a profile; without it a page would come out dark. How clear it is stays."""
    out = BytesIO()
    Image.new(mode, (32, 32), half).save(out, kind, icc_profile=linear_grey_profile())
    _, content = await sanitize(Case("grey", JPEG if kind == "JPEG" else PNG, out.getvalue))
    after = Image.open(BytesIO(content))
    grey: Any = after.getpixel((9, 9))
    assert (after.mode, grey) == (("LA", (188, 200)) if mode == "LA" else ("L", 188))


async def test_transparency_and_depth_stay(sanitize: Sanitize) -> None:
    """Alpha, a palette and sixteen grey bits are what they were."""
    for mode in ("RGBA", "LA", "P", "I;16", "1"):
        case = Case(mode, PNG, lambda mode=mode: encoded("PNG", mode))  # type: ignore[misc]
        _, content = await sanitize(case)
        after = Image.open(BytesIO(content))
        assert after.mode == mode
        assert after.tobytes() == Image.open(BytesIO(case.make())).tobytes()


async def test_a_photo_does_not_grow(sanitize: Sanitize) -> None:
    """The camera's own tables are kept, so a second encoding is of the same size and near the same pixels."""
    case = Case("photo", JPEG, lambda: encoded("JPEG", size=(1600, 1200), quality=60))
    _, content = await sanitize(case)
    assert len(content) < len(case.make()) * 1.1
