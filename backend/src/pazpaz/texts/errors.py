"""Problems of note templates and snippets."""

from pazpaz.core.base.errors import Problem

ONE_TITLE = "uq_note_templates_title"
ONE_NAME = "uq_snippets_name"


class TemplateTitleTaken(Problem, status=409, constraint=ONE_TITLE):
    """There is a template of this title already, among the practice's or among yours."""


class SnippetNameTaken(Problem, status=409, constraint=ONE_NAME):
    """There is a snippet of this name already, among the practice's or among yours."""


class TextsFull(Problem, status=409, most=int):
    """There are as many of these as there may be; delete some that nobody uses."""


class SharedBySomebodyElse(Problem, status=409):
    """The practice has this from somebody else; only they can take it back for themselves. It can be deleted."""
