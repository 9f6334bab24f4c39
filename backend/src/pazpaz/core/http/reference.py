"""The API's description as a page for people: HTML made here, without a script and with nothing from elsewhere."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "{} characters or more",
    "maxLength": "{} characters at most",
    "minItems": "{} items or more",
    "maxItems": "{} items at most",
    "format": "{}",
    "default": "default {}",
}
_STYLE = """
:root{color-scheme:light dark;--line:#8885;--soft:#8882}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h2{margin:2.5rem 0 .5rem;text-transform:capitalize}
details{border:1px solid var(--line);border-radius:.4rem;margin:.4rem 0}
summary{padding:.5rem .75rem;cursor:pointer}
details>div{padding:0 1rem 1rem}
code,.method{font-family:ui-monospace,monospace}
.method{display:inline-block;min-width:4.5rem;font-weight:600}
.note{opacity:.75;margin-left:.5rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
td,th{text-align:left;vertical-align:top;padding:.3rem .75rem .3rem 0;border-top:1px solid var(--line)}
th{font-weight:600}
td:first-child,th:first-child{white-space:nowrap}
:target{background:var(--soft)}
"""
Schema = Mapping[str, Any]


def reference(description: Schema) -> str:
    """One page: the operations by tag, and the schemas that they name."""
    tags: dict[str, list[str]] = {}
    schemas, shared = description["components"]["schemas"], description["components"]["responses"]
    for path, operations in description["paths"].items():
        for method in _METHODS:
            if method in operations:
                found = operations[method]
                tags.setdefault((found.get("tags") or ["other"])[0], []).append(
                    _operation(method, path, found, shared)
                )
    parts = [f"<h2>{escape(tag)}</h2>{''.join(found)}" for tag, found in tags.items()]
    parts += ["<h2>schemas</h2>", *(_schema(name, schemas[name]) for name in sorted(schemas))]
    info = description["info"]
    title = f"{escape(info['title'])} {escape(info['version'])}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{escape(info.get('summary', ''))}</p>"
        '<p>The same for programs: <a href="/openapi.json">openapi.json</a>.</p>'
        f"{''.join(parts)}</body></html>"
    )


def _operation(method: str, path: str, found: Schema, shared: Schema) -> str:
    inside = [f"<p>{_prose(found.get('description'))}</p>"]
    if parameters := found.get("parameters"):
        rows = ((p["name"], p["in"], *_cells(p["schema"], p.get("description"), p)) for p in parameters)
        inside.append(_table(("parameter", "in", "type", "meaning"), rows))
    for media, content in (found.get("requestBody") or {}).get("content", {}).items():
        inside.append(f"<p>Body, <code>{escape(media)}</code>: {_kind(content.get('schema', {}))}</p>")
    described = (
        (s, shared.get(a.get("$ref", "").rpartition("/")[2], a)) for s, a in found["responses"].items()
    )
    answers = ((status, _answered(a), _prose(a.get("description"))) for status, a in described)
    inside.append(_table(("status", "answer", "meaning"), answers))
    return (
        f'<details><summary><span class="method">{method.upper()}</span><code>{escape(path)}</code>'
        f'<span class="note">{escape(found.get("summary", ""))}</span></summary>'
        f"<div>{''.join(inside)}</div></details>"
    )


def _schema(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    rows = (
        (field, *_cells(inner, inner.get("description"), {"required": field in required}))
        for field, inner in schema.get("properties", {}).items()
    )
    whole = (
        _table(("field", "type", "meaning"), rows) if "properties" in schema else f"<p>{_kind(schema)}</p>"
    )
    about = f"<p>{_prose(schema.get('description'))}</p>"
    return f'<section id="{escape(name)}"><h3><code>{escape(name)}</code></h3>{about}{whole}</section>'


def _cells(schema: Schema, meaning: str | None, owner: Schema) -> tuple[str, str]:
    limits = [text.format(escape(str(schema[key]))) for key, text in _LIMITS.items() if key in schema]
    words = [*(["required"] if owner.get("required") else []), *limits]
    return _kind(schema), " · ".join(filter(None, (_prose(meaning), ", ".join(words))))


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}"><code>{name}</code></a>'
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(_kind(one) for one in schema[several])
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return escape(str(schema.get("type", "any")))


def _answered(answer: Schema) -> str:
    return ", ".join(
        f"{_kind(content.get('schema', {}))} <code>{escape(media)}</code>"
        for media, content in answer.get("content", {}).items()
    )


def _prose(text: str | None) -> str:
    """Text with `code` in it."""
    parts = escape(text or "").split("`")
    if len(parts) % 2 == 0:  # a mark that nothing closes
        return "`".join(parts)
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Rows whose first cell is a name; the others are HTML already."""
    top = "".join(f"<th>{head}</th>" for head in heads)
    body = "".join(
        f"<tr><td><code>{escape(row[0])}</code></td>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>"
        for row in rows
    )
    return f"<table><tr>{top}</tr>{body}</table>"
