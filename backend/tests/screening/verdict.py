"""What it means that a hostile file is stopped."""

from pazpaz.screening.errors import Reason, Rejected
from tests.screening.conftest import Screen
from tests.support import files_walk
from tests.support.files_case import MARK, Case


async def assert_stopped(screen: Screen, case: Case) -> None:
    """Refused for one of its reasons; with none, clean to a reader of our own, its payload gone."""
    outcome = await _outcome(screen, case)
    if isinstance(outcome, Reason):
        assert case.reasons is not None, f"refused as {outcome}, expected to come out clean"
        assert outcome in case.reasons
        return
    assert case.reasons is None or case.may_pass, f"let through, expected {case.reasons}"
    content_type, content = outcome
    assert files_walk.left_in(content_type, content) == []
    assert MARK not in files_walk.unpacked(content)


async def _outcome(screen: Screen, case: Case) -> Reason | tuple[str, bytes]:
    try:
        return await screen(case)
    except Rejected as refusal:
        return refusal.reason
