"""What note templates and snippets take in."""

from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from pazpaz.core.http.schemas import Body, Name, Text, no_nul, not_blank, one_line, unset

Called = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s;]+$"),
    AfterValidator(one_line),
    Field(description="What is typed behind a semicolon, in any script; no spaces."),
]
Inserted = Annotated[
    str, StringConstraints(min_length=1, max_length=5_000), AfterValidator(no_nul), AfterValidator(not_blank)
]


class NoteTemplateCreate(Body):
    """A new note template."""

    title: Name
    subjective: Text | None = None
    objective: Text | None = None
    assessment: Text | None = None
    plan: Text | None = None
    is_shared: StrictBool = False


class NoteTemplateUpdate(Body):
    """Changes of a note template; a field left out stays, a null clears."""

    title: Name = unset()
    subjective: Text | None = None
    objective: Text | None = None
    assessment: Text | None = None
    plan: Text | None = None
    is_shared: StrictBool = unset()


class SnippetCreate(Body):
    """A new snippet."""

    name: Called
    text: Inserted
    is_shared: StrictBool = False


class SnippetUpdate(Body):
    """Changes of a snippet; a field left out stays."""

    name: Called = unset()
    text: Inserted = unset()
    is_shared: StrictBool = unset()
