"""HTTP of note templates and snippets."""

from uuid import UUID

from pazpaz.accounts.models import CLINICIANS
from pazpaz.core.db.pagination import Page
from pazpaz.core.http.deps import CurrentDb, CurrentPaging, IfMatch
from pazpaz.core.http.policy import TEXTS, policy
from pazpaz.core.http.routing import router as feature_router
from pazpaz.texts import service
from pazpaz.texts.errors import SharedBySomebodyElse, SnippetNameTaken, TemplateTitleTaken, TextsFull
from pazpaz.texts.models import NoteTemplate, Snippet
from pazpaz.texts.schemas import NoteTemplateCreate, NoteTemplateUpdate, SnippetCreate, SnippetUpdate
from pazpaz.texts.service import SHORT, TEMPLATES

templates = feature_router("note templates")
snippets = feature_router("snippets")


@templates.get("/note-templates")
@policy(roles=CLINICIANS, audit=("note_template.list",), texts=4)
async def list_note_templates(db: CurrentDb, paging: CurrentPaging) -> Page[NoteTemplate]:
    """The practice's note templates and one's own, the oldest first."""
    return await service.list_page(db, TEMPLATES, paging)


@templates.post("/note-templates", status_code=201)
@policy(
    roles=CLINICIANS,
    audit=("note_template.create",),
    body_bytes=TEXTS,
    problems=(TemplateTitleTaken, TextsFull),
)
async def create_note_template(body: NoteTemplateCreate, db: CurrentDb) -> NoteTemplate:
    """Add a note template, for the practice or for oneself; 200 of each at most."""
    return await service.create(db, TEMPLATES, body.model_dump())


@templates.put("/note-templates/{note_template_id}")
@policy(
    roles=CLINICIANS,
    audit=("note_template.update",),
    body_bytes=TEXTS,
    problems=(TemplateTitleTaken, TextsFull, SharedBySomebodyElse),
)
async def change_note_template(
    note_template_id: UUID, body: NoteTemplateUpdate, db: CurrentDb, version: IfMatch
) -> NoteTemplate:
    """Change a note template. What is shared, every clinician may change; only who shared it takes it back."""
    return await service.change(db, TEMPLATES, note_template_id, body.changes(), version)


@templates.delete("/note-templates/{note_template_id}", status_code=204)
@policy(roles=CLINICIANS, audit=("note_template.delete",))
async def remove_note_template(note_template_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Take a note template off the list; notes that began with it stay as they are."""
    await service.delete(db, TEMPLATES, note_template_id, version)


@templates.post("/note-templates/{note_template_id}/restore")
@policy(roles=CLINICIANS, audit=("note_template.restore",), problems=(TemplateTitleTaken, TextsFull))
async def restore_note_template(note_template_id: UUID, db: CurrentDb) -> NoteTemplate:
    """Put a note template back that was taken off the list."""
    return await service.restore(db, TEMPLATES, note_template_id)


@snippets.get("/snippets")
@policy(roles=CLINICIANS, audit=("snippet.list",), texts=1)
async def list_snippets(db: CurrentDb, paging: CurrentPaging) -> Page[Snippet]:
    """The practice's snippets and one's own, the oldest first."""
    return await service.list_page(db, SHORT, paging)


@snippets.post("/snippets", status_code=201)
@policy(roles=CLINICIANS, audit=("snippet.create",), problems=(SnippetNameTaken, TextsFull))
async def create_snippet(body: SnippetCreate, db: CurrentDb) -> Snippet:
    """Add a snippet, for the practice or for oneself; 200 of each at most."""
    return await service.create(db, SHORT, body.model_dump())


@snippets.put("/snippets/{snippet_id}")
@policy(
    roles=CLINICIANS,
    audit=("snippet.update",),
    problems=(SnippetNameTaken, TextsFull, SharedBySomebodyElse),
)
async def change_snippet(snippet_id: UUID, body: SnippetUpdate, db: CurrentDb, version: IfMatch) -> Snippet:
    """Change a snippet. What is shared, every clinician may change; only who shared it takes it back."""
    return await service.change(db, SHORT, snippet_id, body.changes(), version)


@snippets.delete("/snippets/{snippet_id}", status_code=204)
@policy(roles=CLINICIANS, audit=("snippet.delete",))
async def remove_snippet(snippet_id: UUID, db: CurrentDb, version: IfMatch) -> None:
    """Take a snippet off the list."""
    await service.delete(db, SHORT, snippet_id, version)


@snippets.post("/snippets/{snippet_id}/restore")
@policy(roles=CLINICIANS, audit=("snippet.restore",), problems=(SnippetNameTaken, TextsFull))
async def restore_snippet(snippet_id: UUID, db: CurrentDb) -> Snippet:
    """Put a snippet back that was taken off the list."""
    return await service.restore(db, SHORT, snippet_id)
