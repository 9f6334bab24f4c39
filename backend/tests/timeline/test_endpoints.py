"""The timeline at the API."""

from tests.support.practice import Practice


async def test_try(practice: Practice) -> None:
    """X"""
    client = (await practice.make_client())["id"]
    t = await practice.get(f"/clients/{client}/timeline")
    print(t.json())
    booked = await practice.make_appointment(client, service_name="טיפול", notes="חניה")
    note = await practice.make_session(booked["id"], plan="plan text")
    await practice.patch(f"/sessions/{note['id']}/finalize")
    plan = await practice.make_plan(client, goals="g")
    m = await practice.make_milestone(plan["id"], status="achieved")
    await practice.put(f"/plans/{plan['id']}", {"goals": "h"})
    await practice.put(f"/plans/{plan['id']}", {"status": "completed"})
    t = await practice.get(f"/clients/{client}/timeline")
    for e in t.json()["events"]:
        print(e)
    print(t.json()["total_events"])
    assert 0
