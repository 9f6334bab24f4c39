"""What note templates and snippets tell the guards."""

from collections.abc import Iterator

from pazpaz.core.base.ids import new_id
from tests.sessions.cases import SOAP
from tests.support.case import CLINICIANS, Call, Case, Ids, Shelf, Step, Try

TEMPLATE, SNIPPET = "note template, removed note template", "snippet, removed snippet"


def _templates(ids: Ids) -> Iterator[Try]:
    for kind in TEMPLATE.split(", "):
        yield Try(Call("POST", f"/note-templates/{ids[kind]}/restore"), control=kind.startswith("removed"))


def _snippets(ids: Ids) -> Iterator[Try]:
    for kind in SNIPPET.split(", "):
        yield Try(Call("POST", f"/snippets/{ids[kind]}/restore"), control=kind.startswith("removed"))


# The practice's texts stand in line, and names and room are looked at.
CASES = (
    Case("GET /note-templates", CLINICIANS, "note_template.list"),
    Case(
        "POST /note-templates", CLINICIANS, "note_template.create",
        body=lambda _: {"title": str(new_id()), "plan": "y"}, volatile=("id", "title", "created_at", "updated_at"),
        statements=3,
    ),
    Case(
        "PUT /note-templates/{note_template_id}", CLINICIANS, "note_template.update", TEMPLATE, body={"plan": "z"},
        statements=4,  # it is looked at too
    ),
    Case(
        "DELETE /note-templates/{note_template_id}", CLINICIANS, "note_template.delete", TEMPLATE, statements=2,
    ),
    Case(
        "POST /note-templates/{note_template_id}/restore", CLINICIANS, "note_template.restore",
        "removed note template", stranger=_templates, statements=4,
    ),
    Case("GET /snippets", CLINICIANS, "snippet.list"),
    Case(
        "POST /snippets", CLINICIANS, "snippet.create",
        body=lambda _: {"name": str(new_id()), "text": "y"}, volatile=("id", "name", "created_at", "updated_at"),
        statements=3,
    ),
    Case("PUT /snippets/{snippet_id}", CLINICIANS, "snippet.update", SNIPPET, body={"text": "z"}, statements=4),
    Case("DELETE /snippets/{snippet_id}", CLINICIANS, "snippet.delete", SNIPPET, statements=2),
    Case(
        "POST /snippets/{snippet_id}/restore", CLINICIANS, "snippet.restore", "removed snippet",
        stranger=_snippets, statements=4,
    ),
)  # fmt: skip


async def _make(shelf: Shelf) -> dict[str, str]:
    """Two of each, which are the practice's; the second was removed."""
    own, made = shelf.practice, dict[str, str]()
    for removed in ("", "removed "):
        mark = "2" if removed else ""
        title = f"{shelf.says('note_templates.title')}{mark}"
        template = {**shelf.of("note_templates", *SOAP), "title": title, "is_shared": True}
        name = f"{shelf.word('snippets.name')}{mark}"
        snippet = {"name": name, "text": shelf.says("snippets.text"), "is_shared": True}
        for kind, path, body in (
            ("note template", "/note-templates", template), ("snippet", "/snippets", snippet),
        ):  # fmt: skip
            answer = await own.post(path, body)
            assert answer.status_code == 201, answer.text
            made[f"{removed}{kind}"] = answer.json()["id"]
            if removed:
                await own.delete(f"{path}/{answer.json()['id']}")
    return made


STEPS = (Step(f"{TEMPLATE}, {SNIPPET}", _make),)
