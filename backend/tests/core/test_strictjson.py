"""JSON of strangers: its parts are counted before it is parsed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.core.base.errors import BadRequest, ContentTooLarge
from pazpaz.core.base.strictjson import MOST_PARTS, parts_of, strict_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values, st.booleans())
def test_what_is_json_is_read(value: Any, ascii_only: bool) -> None:
    """Every value comes back as it is, escaped or not."""
    assert strict_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.lists(st.text(alphabet='\\"a,{[:'), max_size=30))
def test_parts_inside_of_texts_are_not_counted(texts: list[str]) -> None:
    """Each text is one part and each further value a comma, whatever the texts hold."""
    commas = max(0, len(texts) - 1)
    assert parts_of(json.dumps(texts).encode()) == 1 + len(texts) + commas + 1


@pytest.mark.parametrize(
    "raw",
    {
        "objects": b"[" + b",".join([b"{}"] * MOST_PARTS) + b"]",
        "numbers": b"[" + b",".join([b"1"] * (MOST_PARTS + 1)) + b"]",
        "texts": b"[" + b",".join([b'""'] * MOST_PARTS) + b"]",
        "names": b"{" + b",".join(b'"%d":1' % n for n in range(MOST_PARTS)) + b"}",
        "escaped": b"[" + b",".join([rb'"\\"'] * MOST_PARTS) + b"]",
        "lists": b"[" * MOST_PARTS + b"]" * MOST_PARTS,
    }.values(),
)
def test_too_many_parts_are_not_parsed(raw: bytes) -> None:
    """Beyond the cap nothing is built."""
    with pytest.raises(ContentTooLarge):
        strict_json(raw)


def test_long_texts_are_few_parts() -> None:
    """A full batch of notes is within the cap, also when its texts are nothing but signs and escapes."""
    note = dict.fromkeys(("subjective", "objective", "assessment", "plan"), ',{[":\\"\n' * 2_500)
    ids = {"client_session_id": "x", "appointment_id": "y", "created_at_client": "z", "base_version": 1}
    batch = {"sessions": [note | ids] * 100}
    assert strict_json(json.dumps(batch).encode()) == batch


@pytest.mark.parametrize(
    "raw",
    [b"NaN", b"[-Infinity]", b"1e999", b"-1e999", b'{"a":1,"a":1}', b'{"a":1,"\\u0061":1}', b"[1,]", b"\xff",
     b"\xef\xbb\xbf1", b"1" * 101, b"01", b'"\x00"', b"", b"[" * 2_000 + b"]" * 2_000],
)  # fmt: skip
def test_what_parsers_disagree_about_is_refused(raw: bytes) -> None:
    """Infinity by any name, a name given twice, a number nobody sends, endless nesting."""
    with pytest.raises(BadRequest):
        strict_json(raw)
