"""HTTP of papers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from pazpaz.accounts.models import CLINICIANS
from pazpaz.core.http.deps import CurrentDb, CurrentPrinting, CurrentThreads
from pazpaz.core.http.policy import policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.core.http.schemas import Instant
from pazpaz.papers import progress, service
from pazpaz.papers.errors import RecordTooLong

PDF = "application/pdf"
TOLD = "application/octet-stream"
_FILE = {"schema": {"type": "string", "format": "binary"}}


class PaperResponse(Response):
    """A document to print; its name tells nothing of the client."""

    media_type = PDF


class ToldResponse(StreamingResponse):
    """Lines of JSON about a document under way, and then the document."""

    media_type = TOLD


router = feature_router("papers")

Since = Annotated[Instant | None, Query(alias="from", description="Notes and appointments at or after this.")]
Until = Annotated[Instant | None, Query(alias="to", description="Notes and appointments before this.")]


def _named(noun: str, at: datetime, document: bytes) -> Response:
    disposition = f'attachment; filename="{noun}-{at:%Y-%m-%d}.pdf"'
    return PaperResponse(document, headers={"Content-Disposition": disposition})


@router.get(
    "/sessions/{session_id}.pdf",
    response_model=None,
    response_class=PaperResponse,
    responses={200: {"content": {PDF: _FILE}}},
)
@policy(roles=CLINICIANS, audit=("session.export",), hands_out=True)
async def print_session(
    session_id: UUID, db: CurrentDb, printing: CurrentPrinting, threads: CurrentThreads
) -> Response:
    """One note whole, for printing: its four fields, who finalized it when, its amendments, the names of its files.

    A draft, and an archived note, say that they are one.
    """
    return _named("note", *await service.note(db, printing, threads, session_id))


@router.get(
    "/clients/{client_id}/record.pdf",
    response_model=None,
    response_class=PaperResponse,
    responses={200: {"content": {PDF: _FILE}}},
)
@policy(roles=CLINICIANS, audit=("record.export",), hands_out=True, problems=(RecordTooLong,))
async def print_record(
    client_id: UUID,
    db: CurrentDb,
    printing: CurrentPrinting,
    threads: CurrentThreads,
    since: Since = None,
    until: Until = None,
) -> Response:
    """A client's record, to hand over: details, plans of care, appointments, and all notes whole, earliest first.

    Archived plans, appointments and notes are left out, and the document says how many notes that are. The files of
    notes are named; their content is not in it. A long record takes up to a minute, in which nothing is answered:
    `/clients/{client_id}/record` tells how far it is.
    """
    client = await service.client_of(db, client_id)
    return _named("record", *await service.record(db, printing, threads, client, (since, until)))


@router.get(
    "/clients/{client_id}/record",
    response_model=None,
    response_class=ToldResponse,
    responses={200: {"content": {TOLD: _FILE}}},
)
@policy(roles=CLINICIANS, audit=("record.export",), hands_out=True)
async def follow_record(
    client_id: UUID,
    db: CurrentDb,
    printing: CurrentPrinting,
    threads: CurrentThreads,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The same document, with its progress before it, at once.

    Lines of JSON, each ended by a line feed: `{"stage": "waiting" | "reading" | "setting", "done", "of", "seconds"}`,
    where `done` of `of` notes are read; at last `{"stage": "ready", "bytes"}`, and behind its line feed so many bytes
    of PDF, or `{"stage": "failed", "slug", "status"}`. Whoever goes away ends the work.
    """
    client = await service.client_of(db, client_id)

    async def work(tell: service.Told) -> bytes:
        _, document = await service.record(db, printing, threads, client, (since, until), tell)
        return document

    return ToldResponse(progress.told(work))
