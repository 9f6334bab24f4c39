"""Sealed columns: what goes in comes out, and only where it was put."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazpaz.core.base.ids import new_id
from pazpaz.core.crypto.phi import Kind, TamperedError, UnknownNumberError, WorkspaceCipher

WORKSPACE, ROW, PLACE = new_id(), new_id(), b"sessions.plan"
KEYS = {1: bytes(range(32)), 2: bytes(range(1, 33))}
CIPHER = WorkspaceCipher(WORKSPACE, KEYS)
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


def round_trip(value: object, kind: Kind) -> object:
    return CIPHER.open(CIPHER.seal(value, kind, PLACE, ROW), kind, PLACE, ROW)


@given(TEXT)
def test_any_text_comes_back(text: str) -> None:
    """Every Unicode text is opened exactly as it was sealed."""
    assert round_trip(text, "text") == text


@given(st.dates())
def test_any_date_comes_back(day: date) -> None:
    """Every date is opened as it was sealed, also of the first and last year."""
    assert round_trip(day, "date") == day


@given(JSON)
def test_any_json_comes_back(value: object) -> None:
    """Every JSON value is opened as it was sealed."""
    assert round_trip(value, "json") == value


def test_equal_texts_look_different() -> None:
    """The same text sealed twice for the same place is two different ciphertexts."""
    assert CIPHER.seal("x", "text", PLACE, ROW) != CIPHER.seal("x", "text", PLACE, ROW)


@given(st.binary(min_size=8))
def test_ciphertext_does_not_hold_the_text(noise: bytes) -> None:
    """The plain bytes are nowhere in the ciphertext."""
    assert noise.hex().encode() not in CIPHER.seal(noise.hex(), "text", PLACE, ROW)


@given(st.integers(min_value=0, max_value=8 * (5 + 12 + 4 + 16) - 1))
def test_a_flipped_bit_does_not_open(bit: int) -> None:
    """Changing any one bit, of header, nonce, text or tag, is noticed."""
    sealed = bytearray(CIPHER.seal("text", "text", PLACE, ROW))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(TamperedError):
        CIPHER.open(bytes(sealed), "text", PLACE, ROW)


@given(st.integers(min_value=0, max_value=36))
def test_a_cut_ciphertext_does_not_open(length: int) -> None:
    """Any shorter part of a ciphertext, the empty one too, is refused as tampered."""
    sealed = CIPHER.seal("text", "text", PLACE, ROW)
    with pytest.raises(TamperedError):
        CIPHER.open(sealed[:length], "text", PLACE, ROW)


@pytest.mark.parametrize(
    ("cipher", "place", "row"),
    [
        (WorkspaceCipher(new_id(), KEYS), PLACE, ROW),
        (CIPHER, b"sessions.objective", ROW),
        (CIPHER, b"plans.plan", ROW),
        (CIPHER, PLACE, new_id()),
    ],
    ids=["workspace", "column", "table", "row"],
)
def test_a_ciphertext_opens_only_in_its_place(cipher: WorkspaceCipher, place: bytes, row: object) -> None:
    """Moved to another workspace, column, table or row, a ciphertext does not open, even with the same key."""
    sealed = CIPHER.seal("text", "text", PLACE, ROW)
    with pytest.raises(TamperedError):
        cipher.open(sealed, "text", place, row)  # type: ignore[arg-type]


def test_new_text_is_sealed_with_the_newest_key() -> None:
    """With several keys the highest number seals, and the text opens with that one alone."""
    sealed = CIPHER.seal("text", "text", PLACE, ROW)
    newest = WorkspaceCipher(WORKSPACE, {2: KEYS[2]})
    assert newest.open(sealed, "text", PLACE, ROW) == "text"


def test_text_of_an_older_key_still_opens() -> None:
    """After a rotation the older texts open with the older key."""
    sealed = WorkspaceCipher(WORKSPACE, {1: KEYS[1]}).seal("text", "text", PLACE, ROW)
    assert CIPHER.open(sealed, "text", PLACE, ROW) == "text"


def test_a_text_of_a_destroyed_key_does_not_open() -> None:
    """Without the key a text was sealed with it cannot be opened."""
    sealed = CIPHER.seal("text", "text", PLACE, ROW)
    with pytest.raises(TamperedError):
        WorkspaceCipher(WORKSPACE, {1: KEYS[1]}).open(sealed, "text", PLACE, ROW)


SAMPLE = CIPHER.seal("כאב גב", "text", PLACE, ROW)


def test_every_bit_counts() -> None:
    """Of a sample, flipping any single bit of version, key number, nonce, text or tag is refused."""
    for bit in range(8 * len(SAMPLE)):
        changed = bytearray(SAMPLE)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(TamperedError):
            CIPHER.open(bytes(changed), "text", PLACE, ROW)


def test_every_truncation_is_refused() -> None:
    """Of a sample, no shorter part from either end opens."""
    for length in range(len(SAMPLE)):
        for part in (SAMPLE[:length], SAMPLE[len(SAMPLE) - length :]):
            with pytest.raises(TamperedError):
                CIPHER.open(part, "text", PLACE, ROW)


def test_every_other_version_is_refused() -> None:
    """The only version that is known is 1."""
    for version in (0, *range(2, 256)):
        with pytest.raises(TamperedError):
            CIPHER.open(bytes((version,)) + SAMPLE[1:], "text", PLACE, ROW)


def test_another_key_number_is_refused() -> None:
    """Named as sealed by another key of the same workspace, a ciphertext does not open, nor with equal keys."""
    relabelled = SAMPLE[:1] + (1).to_bytes(4, "big") + SAMPLE[5:]
    same = WorkspaceCipher(WORKSPACE, {1: KEYS[2], 2: KEYS[2]})
    for cipher in (CIPHER, same):
        with pytest.raises(TamperedError):
            cipher.open(relabelled, "text", PLACE, ROW)


def test_an_unknown_number_is_told_apart() -> None:
    """A whole ciphertext of a key that is not held can be looked for; a damaged one cannot."""
    newer = WorkspaceCipher(WORKSPACE, {**KEYS, 3: bytes(32)}).seal("x", "text", PLACE, ROW)
    with pytest.raises(UnknownNumberError):
        CIPHER.open(newer, "text", PLACE, ROW)
    with pytest.raises(TamperedError) as damaged:
        CIPHER.open(newer[:10], "text", PLACE, ROW)
    assert not isinstance(damaged.value, UnknownNumberError)


@pytest.mark.parametrize(("value", "kind"), [("", "text"), (date(1980, 2, 3), "date"), (["א"], "json")])
def test_what_is_sealed_anew_is_the_same(value: object, kind: Kind) -> None:
    """Under another key of the workspace the value opens as before, and its ciphertext is as long."""
    sealed = CIPHER.seal(value, kind, PLACE, ROW)
    moved = CIPHER.resealed(sealed, PLACE, ROW, 1)
    assert CIPHER.open(moved, kind, PLACE, ROW) == value
    assert (len(moved), moved[:5]) == (len(sealed), bytes((1, 0, 0, 0, 1)))
