"""What attachments tell the guards."""

from tests.sessions.cases import NOTE
from tests.support.case import CLINICIANS, Case, Shelf, Step
from tests.support.files import make_attachment, part

FILE = ("draft", "file, removed file")
CASES = (
    Case(
        "POST /sessions/{session_id}/attachments", CLINICIANS, "attachment.create", NOTE, files=part,
        # note and space are looked at before the file arrives, and the space again, with the workspace's
        # uploads in line, before the row
        statements=5,
    ),
    Case(
        "GET /sessions/{session_id}/attachments", CLINICIANS, "attachment.list", NOTE,
        statements=2,  # the note is looked at first
    ),
    Case(
        "GET /sessions/{session_id}/attachments/{attachment_id}", CLINICIANS, "attachment.download", FILE,
        hands_out=True, statements=2,  # it is looked at, and recorded once the store is seen to hold its bytes
    ),
    Case(
        "GET /sessions/{session_id}/attachments/{attachment_id}/content", CLINICIANS, "attachment.download", FILE,
        hands_out=True, statements=2,  # likewise
    ),
    Case(
        "DELETE /sessions/{session_id}/attachments/{attachment_id}", CLINICIANS, "attachment.delete", FILE,
        statements=3,  # the file and its note are looked at
    ),
)  # fmt: skip


async def _files(shelf: Shelf) -> dict[str, str]:
    """Two files of a note; the second was removed."""
    practice, note = shelf.practice, shelf.ids["draft"]
    name = f"{shelf.says('attachments.filename').split()[-1]}.png"  # of Hebrew: the store's key holds no letter of it
    files = [(await make_attachment(practice, note, name=name))["id"] for _ in range(2)]
    await practice.delete(f"/sessions/{note}/attachments/{files[1]}")
    return {"file": files[0], "removed file": files[1]}


STEPS = (Step("file, removed file", _files, "draft"),)
