"""Problems of attachments."""

from pazpaz.core.base.errors import Problem
from pazpaz.sanitizing.errors import Reason

DRAFTS_ONLY = "attachments_drafts_only"
ONE_PER_DEVICE_ID = "uq_attachments_client_attachment_id"


class NotADraft(Problem, status=409, constraint=DRAFTS_ONLY):
    """The note is no draft any more; it takes no new file and keeps those it has."""


class ClientAttachmentIdTaken(Problem, status=409, constraint=ONE_PER_DEVICE_ID):
    """Another note, or another file, has this `client_attachment_id`; a device gives each file its own."""


class AttachmentRemoved(Problem, status=409):
    """This file was attached once and has been taken off the note again; to attach it anew, give it a new id."""


class NoPreview(Problem, status=404):
    """This file has no preview: it is a PDF, it was attached before there were any, or none could be made."""


class FileRejected(Problem, status=422, reason=Reason):
    """The file cannot be taken: it is damaged, holds something that could do harm, or costs too much to open."""


class WrongFileType(Problem, status=415):
    """Only JPEG, PNG and PDF files are taken; what a file is, its content says, whatever it is called."""


class WorkspaceFull(Problem, status=507, quota=int, used=int):
    """The practice's space for files is used up; delete some, or ask for more."""


class FileLost(Problem, status=410):
    """The store does not hold this file any more, or not as it was; ask the operator to restore it from a backup."""


class ScannerUnavailable(Problem, status=503):
    """The file could not be checked right now, so it was not taken; try again shortly."""

    def __init__(self) -> None:
        """Ask to come back when the scanner has had time to start."""
        super().__init__(headers={"Retry-After": "10"})
