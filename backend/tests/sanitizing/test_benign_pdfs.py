"""U1 and U3, PDFs: every benign one passes with its pages, and nothing that only describes it."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from tests.sanitizing.conftest import Sanitize
from tests.support import files_walk
from tests.support.files_benign_pdfs import CASES
from tests.support.files_case import PDF, Case

SAMPLES = [
    Case(path.name, PDF, path.read_bytes)
    for path in sorted((Path(__file__).parent / "samples").glob("*.pdf"))
]


def _pages(content: bytes) -> list[tuple[list[float], bytes]]:
    """Each page's size and what is drawn on it."""
    with pikepdf.open(BytesIO(content), suppress_warnings=True) as pdf:
        return [
            (list(map(float, page.mediabox)), (page.obj.get("/Contents") is not None and _drawn(page)) or b"")
            for page in pdf.pages
        ]


def _drawn(page: pikepdf.Page) -> bytes:
    return pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page))


@pytest.mark.parametrize("case", [*CASES, *SAMPLES], ids=lambda case: case.name)
async def test_a_benign_pdf_passes_with_its_pages(sanitize: Sanitize, case: Case) -> None:
    """The same pages, drawn the same, and nothing left that describes the document."""
    content_type, content = await sanitize(case)
    assert content_type == PDF
    assert files_walk.left_in(content_type, content) == []
    assert _pages(content) == _pages(case.make())


async def test_links_to_the_web_stay(sanitize: Sanitize) -> None:
    """A plain link is content; one to a file of the reader's machine is not."""
    kept = next(case for case in CASES if case.name == "PDF of fpdf with link, not packed")
    _, content = await sanitize(kept)
    assert b"https://example.org/" in files_walk.unpacked(content)
    dropped = next(case for case in CASES if case.name == "PDF with a link to nowhere")
    _, content = await sanitize(dropped)
    assert b"page2.html" not in files_walk.unpacked(content)


async def test_the_same_document_gives_the_same_bytes(sanitize: Sanitize) -> None:
    """No time, no chance and no name of this machine gets into a file."""
    assert await sanitize(CASES[0]) == await sanitize(CASES[0])
