"""U1, pictures: what is disguised, hides something, is broken or swells up is stopped whole."""

import pytest

from pazpaz.sanitizing.errors import Rejected, WrongType
from tests.sanitizing.conftest import Sanitize
from tests.sanitizing.verdict import assert_stopped
from tests.support.files_case import Case
from tests.support.files_hostile_images import BOMBS, BROKEN, DISGUISED, HIDING


@pytest.mark.parametrize("case", DISGUISED, ids=lambda case: case.name)
async def test_a_disguised_file_is_of_the_wrong_type(sanitize: Sanitize, case: Case) -> None:
    """Content, claimed type and name agree, or it is not looked at further."""
    with pytest.raises(WrongType):
        await sanitize(case)


@pytest.mark.parametrize("case", [*HIDING, *BROKEN, *BOMBS], ids=lambda case: case.name)
async def test_a_hostile_picture_is_stopped(sanitize: Sanitize, case: Case) -> None:
    """Refused for its reason, or given back without what it hid."""
    await assert_stopped(sanitize, case)


def test_a_refusal_says_a_fixed_word() -> None:
    """Nothing of the file is in an exception."""
    assert {str(Rejected(reason)) for case in BROKEN for reason in case.reasons or ()} <= {
        "does-not-decode",
        "animated",
    }
