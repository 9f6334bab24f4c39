"""The states of a SOAP note."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pazpaz.core.base.ids import new_id
from pazpaz.sessions.errors import InvalidStatusTransition, SessionEmpty, SessionFinalized
from pazpaz.sessions.models import Session, SessionStatus

NOW, USER = datetime(2026, 3, 1, 9, 0, tzinfo=UTC), new_id()
FIELDS = ("subjective", "objective", "assessment", "plan")
EMPTY = Session(
    id=new_id(),
    workspace_id=new_id(),
    appointment_id=new_id(),
    client_id=new_id(),
    client_session_id=None,
    session_date=NOW,
    status=SessionStatus.DRAFT,
    subjective=None,
    objective=None,
    assessment=None,
    plan=None,
    version=1,
    is_synced=True,
    attachment_count=0,
    amendment_count=0,
    finalized_at=None,
    finalized_by=None,
    saved_by=None,
    created_at=NOW,
    updated_at=NOW,
)
DRAFT = replace(EMPTY, plan="rest")
FINALIZED = replace(DRAFT, status=SessionStatus.FINALIZED, finalized_at=NOW, finalized_by=USER)
ARCHIVED = replace(DRAFT, status=SessionStatus.ARCHIVED)


def test_finalizing_says_who_and_when() -> None:
    """A draft with text becomes final, by its author, at the given moment."""
    changes = DRAFT.finalize(USER, NOW)
    assert changes == {"status": "finalized", "finalized_at": NOW, "finalized_by": USER}


@pytest.mark.parametrize("field", FIELDS)
def test_one_field_of_text_is_enough(field: str) -> None:
    """A note with a single letter in any field is not empty."""
    changed: Any = {field: "x"}
    assert replace(EMPTY, **changed).finalize(USER, NOW)["status"] is SessionStatus.FINALIZED


@pytest.mark.parametrize("blank", [None, "", " ", "\n\t ", "\u00a0", "\u2003\u2028"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_blank_note_is_not_finalized(field: str, blank: str | None) -> None:
    """A note of nothing but white space, Unicode's too, is empty."""
    changed: Any = {field: blank}
    with pytest.raises(SessionEmpty):
        replace(EMPTY, **changed).finalize(USER, NOW)


@pytest.mark.parametrize(
    ("note", "error"), [(FINALIZED, SessionFinalized), (ARCHIVED, InvalidStatusTransition)]
)
def test_only_a_draft_is_finalized(note: Session, error: type[Exception]) -> None:
    """A finalized note says that it is, an archived one that it cannot go there."""
    with pytest.raises(error):
        note.finalize(USER, NOW)


@pytest.mark.parametrize("note", [EMPTY, DRAFT, FINALIZED])
def test_a_note_is_archived_with_its_text(note: Session) -> None:
    """Drafts, empty ones too, and finalized notes are archived; nothing but the status changes."""
    assert note.archive() == {"status": "archived"}


def test_an_archived_note_is_not_archived_again() -> None:
    """There is no way from archived to archived."""
    with pytest.raises(InvalidStatusTransition):
        ARCHIVED.archive()


@pytest.mark.parametrize(
    ("note", "problem"), [(FINALIZED, SessionFinalized), (ARCHIVED, InvalidStatusTransition)]
)
def test_a_refused_save_says_why(note: Session, problem: type[Exception]) -> None:
    """What takes no more text is either finalized or archived."""
    assert isinstance(note.not_a_draft(), problem)
