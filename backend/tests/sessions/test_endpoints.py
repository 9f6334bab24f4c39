"""SOAP notes over HTTP."""

from tests.support.practice import Practice


async def test_a_note_comes_back_as_written(practice: Practice) -> None:
    """Text is kept exactly: Hebrew, emoji, spaces."""
    text = "  כאב גב תחתון 🙂\n\tשורה  "
    note = await practice.make_session(subjective=text)
    answer = await practice.get(f"/sessions/{note['id']}")
    assert answer.json()["subjective"] == text
