"""What the application takes of note templates and snippets."""

from pazpaz.core.http.feature import Exported, Feature
from pazpaz.texts import endpoints
from pazpaz.texts.models import NOTE_TEMPLATE, SNIPPET, note_templates, snippets

# An export is the practice's: what is somebody's own stays theirs.
FEATURE = Feature(
    name="texts",
    routers=(endpoints.templates, endpoints.snippets),
    exported=(
        Exported("note-templates", NOTE_TEMPLATE, ("deleted_at",), only=note_templates.c.is_shared),
        Exported("snippets", SNIPPET, ("deleted_at",), only=snippets.c.is_shared),
    ),
)
