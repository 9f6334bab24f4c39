"""What it means that a hostile file is stopped."""

from pazpaz.sanitizing.errors import MachineBusy, Reason, Rejected
from tests.sanitizing.conftest import Sanitize
from tests.support import files_walk
from tests.support.files_case import MARK, Case


async def assert_stopped(sanitize: Sanitize, case: Case) -> None:
    """Refused for one of its reasons; with none, clean to a reader of our own, its payload gone."""
    outcome = await _outcome(sanitize, case)
    if isinstance(outcome, Reason):
        assert case.reasons is not None, f"refused as {outcome}, expected to come out clean"
        assert outcome in case.reasons
        return
    assert case.reasons is None or case.may_pass, f"let through, expected {case.reasons}"
    content_type, content = outcome
    assert files_walk.left_in(content_type, content) == []
    assert MARK not in files_walk.unpacked(content)


async def _outcome(sanitize: Sanitize, case: Case) -> Reason | tuple[str, bytes]:
    try:
        return await sanitize(case)
    except Rejected as refusal:
        return refusal.reason
    except MachineBusy:  # eight seconds went by before it had had its five
        return Reason.TOO_COSTLY
