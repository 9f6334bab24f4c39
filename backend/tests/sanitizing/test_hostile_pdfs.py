"""U1, PDFs: what acts, carries files, never ends or hides something is stopped whole."""

import pytest

from tests.sanitizing.conftest import Sanitize
from tests.sanitizing.verdict import assert_stopped
from tests.support.files_case import Case
from tests.support.files_hostile_pdfs import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_hostile_pdf_is_stopped(sanitize: Sanitize, case: Case) -> None:
    """Refused for its reason, or given back without what it hid."""
    await assert_stopped(sanitize, case)
