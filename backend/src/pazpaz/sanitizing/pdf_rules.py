"""What a PDF may hold: the catalogue by an allow-list, actions and annotations likewise, metadata dropped."""

from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Object, Stream

from pazpaz.sanitizing.errors import Reason, Rejected

MAX_OBJECTS = 500_000

Entries = dict[str, Any]
_CONTAINERS = (Array, Dictionary, Stream)

_CATALOGUE = frozenset(
    {"/Type", "/Pages", "/PageLabels", "/Names", "/Dests", "/ViewerPreferences", "/PageLayout", "/PageMode"}
    | {"/Outlines", "/Threads", "/OpenAction", "/AcroForm", "/MarkInfo", "/StructTreeRoot", "/Lang"}
    | {"/OCProperties", "/OutputIntents", "/AA"}
)
# Wherever they are: XMP, applications' own data, thumbnails, associated files, other files' pages.
_DROPPED = frozenset(
    {"/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/AF", "/PresSteps", "/OPI", "/Alternates", "/Ref"}
)

_ACTIONS = frozenset({"/GoTo", "/URI", "/Named", "/SetOCGState", "/Hide", "/ResetForm", "/Thread", "/Trans"})
_FORBIDDEN_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
    }
    | {"/RichMediaExecute", "/GoTo3DView"}
)
_NAMED = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
_ACTION_PLACES = frozenset({"/A", "/OpenAction", "/Next", "/PA", "/NA"})
_LINKS = ("http://", "https://", "mailto:", "tel:")

_ANNOTATIONS = frozenset(
    {"/Text", "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight"}
    | {"/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Stamp", "/Ink", "/Popup", "/Widget", "/Redact"}
    | {"/Watermark", "/PrinterMark", "/TrapNet"}
)
_FORBIDDEN_SUBTYPES = frozenset({"/Sound", "/Movie", "/Sanitize", "/3D", "/RichMedia", "/Projection", "/PS"})
_FORBIDDEN_TYPES = frozenset({"/Rendition", "/MediaClip", "/SlideShow", "/3DStream"})
_FORBIDDEN_KEYS = frozenset({"/XFA", "/RichMediaContent", "/RichMediaSettings", "/Renditions"})
_TREE_EDGES = frozenset({"/Kids", "/First", "/Next"})


def prune(pdf: pikepdf.Pdf) -> None:
    """Leave in the trailer and the catalogue only what shows pages."""
    for key in set(pdf.trailer.keys()) - {"/Root", "/Size"}:
        del pdf.trailer[key]
    root = pdf.Root
    names = root.get("/Names")
    if isinstance(names, Dictionary):
        if "/JavaScript" in names or "/Renditions" in names:
            raise Rejected(Reason.ACTIVE_CONTENT)
        if _has_leaves(names.get("/EmbeddedFiles")):
            raise Rejected(Reason.EMBEDDED_FILE)
        _keep(names, frozenset({"/Dests"}))
    _keep(root, _CATALOGUE)


def _keep(item: Object, allowed: frozenset[str]) -> None:
    for key in set(item.keys()) - allowed:
        del item[key]


def _has_leaves(tree: Any) -> bool:
    """Whether a name tree names anything; an empty one is left behind by some producers."""
    return isinstance(tree, Dictionary) and bool(len(tree.get("/Names", [])) or len(tree.get("/Kids", [])))


def walk(root: Object) -> Iterator[Object]:
    """Every container that the catalogue leads to, once, after it was checked and pruned."""
    seen: set[tuple[int, int]] = set()
    reached: set[tuple[int, int]] = set()
    waiting: list[Object] = [root]
    count = 0
    while waiting:
        item = waiting.pop()
        count += 1
        if count > MAX_OBJECTS:
            raise Rejected(Reason.TOO_COMPLEX)
        if item.is_indirect:
            place = item.objgen
            if place in seen:
                continue
            seen.add(place)
        if isinstance(item, Array):
            children: Iterable[Any] = iter(item)
        else:
            # Taken out once: a look-up in a PDF's own dictionary costs ten of Python's.
            entries = dict(item.items())
            _check(item, entries)
            _check_tree(entries, reached)
            children = entries.values()
        waiting += [child for child in children if isinstance(child, _CONTAINERS)]
        yield item


def _check(item: Object, entries: Entries) -> None:
    """Refuse what is active or carries files, drop what only describes."""
    if not entries.keys().isdisjoint(_FORBIDDEN_KEYS):
        raise Rejected(Reason.ACTIVE_CONTENT)
    type_, subtype = _name(entries, "/Type"), _name(entries, "/Subtype")
    if "/EF" in entries or type_ == "/EmbeddedFile" or subtype == "/FileAttachment":
        raise Rejected(Reason.EMBEDDED_FILE)
    if (
        _name(entries, "/S") in _FORBIDDEN_ACTIONS
        or subtype in _FORBIDDEN_SUBTYPES
        or _name(entries, "/Subtype2") in _FORBIDDEN_SUBTYPES
        or type_ in _FORBIDDEN_TYPES
        # A stream whose data lie in another file.
        or ("/F" in entries and isinstance(item, Stream))
    ):
        raise Rejected(Reason.ACTIVE_CONTENT)
    for key in entries.keys() & _DROPPED:
        _drop(item, entries, key)
    _check_annotations(entries)
    _check_actions(item, entries)
    # A signature is of the file as it was; what is left of it would only be called broken.
    value = entries.get("/V")
    if isinstance(value, Dictionary) and "/ByteRange" in value:
        _drop(item, entries, "/V")


def _drop(item: Object, entries: Entries, key: str) -> None:
    del item[key]
    del entries[key]


def _check_tree(entries: Entries, reached: set[tuple[int, int]]) -> None:
    """Pages, outlines, fields and name trees are trees: no branch is reached twice."""
    for key in entries.keys() & _TREE_EDGES:
        for target in _listed(entries[key]) if key == "/Kids" else (entries[key],):
            if isinstance(target, Dictionary) and target.is_indirect:
                if target.objgen in reached:
                    raise Rejected(Reason.TOO_COMPLEX)
                reached.add(target.objgen)


def _check_annotations(entries: Entries) -> None:
    for annotation in _listed(entries.get("/Annots")):
        if isinstance(annotation, Dictionary) and str(annotation.get("/Subtype")) not in _ANNOTATIONS:
            raise Rejected(Reason.ACTIVE_CONTENT)


def _check_actions(item: Object, entries: Entries) -> None:
    """Actions where actions are; /A and /Next also mean other things, which have no /S."""
    for key in entries.keys() & _ACTION_PLACES:
        actions = [
            value for value in _listed(entries[key]) if isinstance(value, Dictionary) and "/S" in value
        ]
        if not all(map(_is_allowed, actions)):
            _drop(item, entries, key)
    more = entries.get("/AA")
    if isinstance(more, Dictionary):
        actions = [value for value in more.values() if isinstance(value, Dictionary)]
        if not all(map(_is_allowed, actions)):
            _drop(item, entries, "/AA")


def _is_allowed(action: Object) -> bool:
    """Whether it stays: False for a link to elsewhere than the web, mail or a telephone. Others are refused."""
    entries = dict(action.items())
    kind = _name(entries, "/S")
    if kind not in _ACTIONS or (kind == "/Named" and _name(entries, "/N") not in _NAMED):
        raise Rejected(Reason.ACTIVE_CONTENT)
    return kind != "/URI" or str(entries.get("/URI", "")).strip().lower().startswith(_LINKS)


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, Array) else (value,)


def _name(entries: Entries, key: str) -> str:
    """Return a name's text, also when it is written as a string, as lenient readers take it."""
    value = entries.get(key)
    if value is None or isinstance(value, _CONTAINERS):
        return ""
    text = str(value)
    return text if text.startswith("/") else f"/{text}"
