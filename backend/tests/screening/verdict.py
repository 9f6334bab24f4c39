"""What it means that a hostile file is stopped."""

from pazpaz.screening.errors import Rejected
from tests.screening.conftest import Screen
from tests.support import files_walk
from tests.support.files_case import MARK, Case


async def assert_stopped(screen: Screen, case: Case) -> None:
    """Refused for one of its reasons; with none, clean to a reader of our own, its payload gone."""
    try:
        content_type, content = await screen(case)
    except Rejected as refusal:
        assert case.reasons is not None, f"refused as {refusal.reason}, expected to come out clean"
        assert refusal.reason in case.reasons
        return
    assert case.reasons is None, f"let through, expected {case.reasons}"
    assert files_walk.left_in(content_type, content) == []
    assert MARK not in files_walk.unpacked(content)
