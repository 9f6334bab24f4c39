"""Items of a batch, and what sending them answers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from pazpaz.core.base.ids import new_id
from tests.support.practice import Practice

FIELDS = ("subjective", "objective", "assessment", "plan")


def at(minutes: float = 0) -> str:
    """A moment on the device's clock, so many minutes from now."""
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def item(appointment_id: str, **values: Any) -> dict[str, Any]:
    """A note that a device wrote just now."""
    moments = {"created_at_client": at(-10), "updated_at_client": at(-1)}
    return {"client_session_id": str(new_id()), "appointment_id": appointment_id, **moments, **values}


async def send(device: Practice, *items: Any) -> list[dict[str, Any]]:
    """The results of one batch."""
    text = json.dumps({"sessions": list(items)}, ensure_ascii=False).replace("\ud800", "\\ud800")
    answer = await device.request(
        "POST", "/sessions/sync", content=text.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    results: list[dict[str, Any]] = body["results"]
    counted = [r["status"] for r in results]
    assert body["conflict_count"] == counted.count("conflict")
    assert body["rejected_count"] == counted.count("rejected")
    assert body["synced_count"] == len(counted) - body["conflict_count"] - body["rejected_count"]
    assert [r["client_session_id"] for r in results if r["status"] != "rejected"] == [
        i["client_session_id"] for i, r in zip(items, results, strict=True) if r["status"] != "rejected"
    ]
    return results


async def send_one(device: Practice, one: dict[str, Any]) -> dict[str, Any]:
    """The result of a batch of one."""
    (result,) = await send(device, one)
    return result


async def conflict_of(practice: Practice, result: dict[str, Any]) -> dict[str, Any]:
    """The conflict that a result names."""
    assert result["status"] == "conflict", result
    answer = await practice.get(f"/sessions/conflicts/{result['conflict_id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def note_of(practice: Practice, result: dict[str, Any]) -> dict[str, Any]:
    """The note that a result names."""
    answer = await practice.get(f"/sessions/{result['server_session_id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def plans(practice: Practice, session_id: str) -> list[str | None]:
    """The plans of the note's revisions, newest first."""
    answer = await practice.get(f"/sessions/{session_id}/revisions")
    return [revision["plan"] for revision in answer.json()["items"]]
