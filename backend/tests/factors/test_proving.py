"""Proving a second factor: once, freshly, and by nobody else."""

import asyncio
from typing import Any

import pytest

from pazpaz.factors import service
from tests.factors.holders import Holder, refused
from tests.support.authenticator import Authenticator
from tests.support.practice import Practice

TWINS = 32


async def test_a_sign_in_is_proved(dana: Holder) -> None:
    """By an app's code or by a passkey; from then on everything works, and the log has it."""
    device = Authenticator()
    await dana.add_app()
    await dana.add_passkey(device)
    for how in ("code", "passkey"):
        async with dana.elsewhere() as tablet:
            refused(await tablet.send("GET", "/clients"), "second-factor-required")
            body = {"code": dana.code()} if how == "code" else await tablet.sign_by(device)
            assert (await tablet.prove(**body)).status_code == 200
            assert (await tablet.send("GET", "/clients")).status_code == 200
            assert (await tablet.standing())["proved_at"] is not None
    assert (await dana.events()).count("factor.prove") == 2


async def test_a_code_works_once(dana: Holder) -> None:
    """Read over a shoulder, a code that was used proves nothing, nor does one of an earlier step."""
    await dana.add_app()
    assert (await dana.prove(code=dana.code())).status_code == 200
    refused(await dana.prove(code=dana.code()), "factor-not-proved")
    refused(await dana.prove(code=dana.code(-1)), "factor-not-proved")


@pytest.mark.parametrize("step", [-3, 3])
async def test_a_code_of_another_time_is_wrong(dana: Holder, step: int) -> None:
    """A phone's clock may be off by half a minute, not by more."""
    await dana.add_app()
    refused(await dana.prove(code=dana.code(step)), "factor-not-proved")


async def test_of_many_with_one_code_one_proves(dana: Holder) -> None:
    """A code sent by 32 at once proves one of them."""
    await dana.add_app()
    await dana.referee.execute("UPDATE factor_holders SET tries = -100")  # none of them is one too many
    answers = await asyncio.gather(*(dana.prove(code=dana.code()) for _ in range(TWINS)))
    assert [a.status_code for a in answers].count(200) == 1


async def test_twins_that_read_the_same_step_do_not_both_prove(
    dana: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that have seen the code as good, before either has used it, are one proof and one refusal."""
    await dana.add_app()
    both, use = asyncio.Barrier(2), service._use

    async def together(*arguments: Any) -> None:
        await both.wait()
        await use(*arguments)

    monkeypatch.setattr(service, "_use", together)
    answers = await asyncio.gather(*(dana.prove(code=dana.code()) for _ in range(2)))
    assert sorted(a.status_code for a in answers) == [200, 403]


async def test_of_many_with_one_recovery_code_one_proves(dana: Holder) -> None:
    """A recovery code sent by 32 at once proves one of them."""
    await dana.add_app()
    await dana.referee.execute("UPDATE factor_holders SET tries = -100")  # none of them is one too many
    code = dana.recovery_codes[3]
    answers = await asyncio.gather(*(dana.prove(recovery_code=code) for _ in range(TWINS)))
    assert [a.status_code for a in answers].count(200) == 1


async def test_of_many_with_one_challenge_one_proves(dana: Holder) -> None:
    """A passkey's answer sent by 32 at once proves one of them; sent again it proves nothing."""
    device = Authenticator()
    await dana.add_passkey(device)
    body = await dana.sign_by(device)
    answers = await asyncio.gather(*(dana.prove(**body) for _ in range(TWINS)))
    assert [a.status_code for a in answers].count(200) == 1
    refused(await dana.prove(**body), "challenge-over", 409)


async def test_a_recovery_code_works_as_it_is_typed(dana: Holder) -> None:
    """In capitals, with spaces or without dashes; the user is told by mail, and one is left less."""
    await dana.add_app()
    async with dana.elsewhere() as tablet:
        typed = dana.recovery_codes[0].upper().replace("-", " ")
        assert (await tablet.prove(recovery_code=typed)).status_code == 200
        assert (await tablet.did("GET", "/auth/factors"))["recovery_codes_left"] == 9
        refused(await tablet.prove(recovery_code=dana.recovery_codes[0]), "factor-not-proved")
    bodies = [str(part.get_content()) for mail in await dana.told() if (part := mail.get_body(("plain",)))]
    assert any("recovery codes was used" in body for body in bodies)


async def test_a_challenge_is_the_asking_sign_in_s(dana: Holder) -> None:
    """What one browser was asked proves nothing for another, also of the same user."""
    device = Authenticator()
    await dana.add_passkey(device)
    body = await dana.sign_by(device)
    async with dana.elsewhere() as tablet:
        refused(await tablet.prove(**body), "challenge-over", 409)
    assert (await dana.prove(**body)).status_code == 200


async def test_a_challenge_ends(dana: Holder) -> None:
    """After five minutes it proves nothing."""
    device = Authenticator()
    await dana.add_passkey(device)
    body = await dana.sign_by(device)
    await dana.referee.execute("UPDATE factor_challenges SET expires_at = now() - interval '1 second'")
    refused(await dana.prove(**body), "challenge-over", 409)


async def test_a_creation_s_challenge_proves_nothing(dana: Holder) -> None:
    """What was asked to make a passkey is not taken as what was asked to prove one."""
    device = Authenticator()
    await dana.add_passkey(device)
    asked = await dana.did("POST", "/auth/factors/passkeys/options")
    signed = device.sign({"challenge": asked["public_key"]["challenge"], "rpId": "testserver"})
    refused(await dana.prove(challenge_id=asked["challenge_id"], credential=signed), "challenge-over", 409)


async def test_a_stranger_s_passkey_proves_nothing(dana: Holder, strict_dana: Holder) -> None:
    """Another's passkey, or one that was removed, is none; that is recorded."""
    device, foreign = Authenticator(), Authenticator()
    await strict_dana.add_passkey(foreign)
    made = await dana.add_passkey(device)
    await dana.add_app()
    refused(await dana.prove(**await dana.sign_by(foreign)), "factor-not-proved")
    body = await dana.sign_by(device)
    await dana.did("DELETE", f"/auth/factors/{made['factor']['id']}")
    refused(await dana.prove(**body), "factor-not-proved")
    assert (await dana.events()).count("user.prove-failed") == 2


async def test_a_copied_passkey_is_noticed(dana: Holder) -> None:
    """One whose count does not rise was copied, and proves nothing."""
    device = Authenticator(count=7)
    await dana.add_passkey(device)
    device.count = 3
    refused(await dana.prove(**await dana.sign_by(device)), "factor-not-proved")


async def test_guessing_ends(dana: Holder) -> None:
    """After five wrong codes no code is looked at for a while, right or wrong; a passkey still proves."""
    device = Authenticator()
    await dana.add_passkey(device)
    await dana.add_app()
    for _ in range(5):
        refused(await dana.prove(code="000000"), "factor-not-proved")
    answer = await dana.prove(code=dana.code())
    refused(answer, "too-many-tries", 429)
    assert answer.headers["Retry-After"] == "900"
    refused(await dana.prove(recovery_code=dana.recovery_codes[0]), "too-many-tries", 429)
    assert (await dana.prove(**await dana.sign_by(device))).status_code == 200
    await dana.referee.execute("UPDATE factor_holders SET tried_at = now() - interval '16 minutes'")
    assert (await dana.prove(code=dana.code())).status_code == 200


async def test_tries_count_though_they_fail_at_once(dana: Holder) -> None:
    """Forty wrong codes at once are five tries."""
    await dana.add_app()
    answers = await asyncio.gather(*(dana.prove(code="000000") for _ in range(40)))
    assert sorted({a.status_code for a in answers}) == [403, 429]
    assert [a.status_code for a in answers].count(403) == 5


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": "123456", "recovery_code": "x" * 19},
        {"challenge_id": None},
        {"credential": {}},
        {"code": "12345"},
    ],
    ids=str,
)
async def test_what_is_no_proof_is_422(dana: Holder, body: dict[str, Any]) -> None:
    """Exactly one kind of proof, whole."""
    assert (await dana.prove(**body)).status_code == 422


async def test_a_proof_grows_old(dana: Holder, practice: Practice) -> None:
    """What asks for a fresh proof is refused ten minutes later, and works when proved again; the rest goes on."""
    await dana.add_app()
    invite = {"email": "noa@example.org", "full_name": "נועה", "role": "therapist"}
    await dana.grow_old()
    refused(await dana.send("POST", "/members", invite), "step-up-required")
    assert (await dana.send("GET", "/clients")).status_code == 200
    assert (await dana.prove(code=dana.code())).status_code == 200
    await dana.did("POST", "/members", invite)
