"""What is only untidy is mended or dropped, and what was dropped is said."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageStat

from pazpaz.core.base.turns import Turns
from pazpaz.sanitizing.errors import Reason, Rejected, Removed
from pazpaz.sanitizing.sanitizer import Sanitizer, private_file
from tests.sanitizing.conftest import Sanitize
from tests.support import files_walk
from tests.support.files_case import MARK, PDF, Case
from tests.support.files_images import encoded
from tests.support.files_pdf import document
from tests.support.files_untidy import JPEGS, PDFS, Untidy


async def _taken(spool: Path, content: bytes) -> tuple[bytes, tuple[Removed, ...]]:
    with private_file(spool) as source:
        source.write(content)
        with await Sanitizer(spool, Turns(1, per_owner=1)).sanitize(source, 1) as clean:
            return clean.file.read(), clean.removed


@pytest.mark.parametrize("untidy", PDFS, ids=lambda one: one.case.name)
async def test_an_untidy_pdf_is_taken(spool: Path, untidy: Untidy) -> None:
    """With its page, without what it had too much, and strict readers find nothing wrong with it any more."""
    content, removed = await _taken(spool, untidy.case.make())
    assert removed == untidy.removed, untidy.seen
    plain = files_walk.unpacked(content)
    assert untidy.kept in plain
    assert MARK not in plain
    assert files_walk.left_in(PDF, content) == []
    with pikepdf.open(BytesIO(content)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert not pdf.is_encrypted
        assert len(pdf.pages) == 1


@pytest.mark.parametrize("untidy", JPEGS, ids=lambda one: one.case.name)
async def test_a_photo_without_its_end_is_whole(spool: Path, untidy: Untidy) -> None:
    """To the last row."""
    content, removed = await _taken(spool, untidy.case.make())
    assert (removed, content[-2:]) == ((), b"\xff\xd9"), untidy.seen
    before = Image.open(BytesIO(untidy.case.make() + b"\xff\xd9")).convert("RGB")
    after = Image.open(BytesIO(content)).convert("RGB")
    assert max(ImageStat.Stat(ImageChops.difference(before, after)).mean) < 2


@pytest.mark.parametrize("lost", [20, 200, 800])
async def test_a_photo_of_which_a_part_is_missing_is_damaged(spool: Path, lost: int) -> None:
    """A picture that is grey from some row on is not the one that was taken."""
    with pytest.raises(Rejected) as caught:
        await _taken(spool, encoded("JPEG", size=(320, 240))[:-lost])
    assert caught.value.reason is Reason.DOES_NOT_DECODE


def _signed(name: str) -> bytes:
    return next(one.case.make() for one in PDFS if one.case.name == name)


async def test_a_signature_that_is_removed_leaves_no_field(spool: Path) -> None:
    """What it looks like stays where it was; there is nothing to be signed again, and no form that says it is."""
    content, _ = await _taken(spool, _signed("PDF that is signed"))
    with pikepdf.open(BytesIO(content)) as pdf:
        assert len(pdf.Root.AcroForm.Fields) == 0
        assert "/SigFlags" not in pdf.Root.AcroForm
        (mark,) = list(pdf.pages[0].obj["/Annots"])
        assert (mark.Subtype, "/FT" in mark, "/V" in mark) == (pikepdf.Name.Stamp, False, False)
        assert mark.AP.N.read_bytes() == b"1 0 0 RG 0 0 9 9 re S"
    content, _ = await _taken(spool, _signed("PDF that is signed and not seen"))
    with pikepdf.open(BytesIO(content)) as pdf:
        assert len(pdf.pages[0].obj["/Annots"]) == 0


async def test_fields_beside_a_signature_stay(spool: Path) -> None:
    """Also those under the same parent; a parent of which nothing is left goes."""
    field = b"<< /Type /Annot /Subtype /Widget /Rect [9 9 99 29] /T (%s) /Parent %d 0 R %s >>"
    value = b"/FT /Sig /V << /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>"
    content, removed = await _taken(
        spool,
        document(
            catalogue=b"/AcroForm << /Fields [10 0 R 11 0 R] >>",
            page=b"/Annots [12 0 R 13 0 R 14 0 R]",
            extra={
                10: b"<< /T (both) /Kids [12 0 R 13 0 R] >>",
                11: b"<< /T (alone) /Kids [14 0 R] >>",
                12: field % (b"name", 10, b"/FT /Tx /V (Dana)"),
                13: field % (b"sign", 10, value),
                14: field % (b"sign", 11, value),
            },
        ),
    )
    assert removed == (Removed.SIGNATURE,)
    with pikepdf.open(BytesIO(content)) as pdf:
        (parent,) = list(pdf.Root.AcroForm.Fields)
        assert [str(kid.T) for kid in parent.Kids] == ["name"]
        assert len(pdf.pages[0].obj["/Annots"]) == 1


async def test_a_password_that_is_asked_for_is_named(sanitize: Sanitize) -> None:
    """A file nobody can look at without it is not taken, and the word says why."""
    out = BytesIO()
    with pikepdf.open(BytesIO(document())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Rejected) as caught:
        await sanitize(Case("locked", PDF, out.getvalue))
    assert caught.value.reason is Reason.ENCRYPTED
