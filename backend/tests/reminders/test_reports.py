"""Delivery reports are any stranger's bytes: little is read of them, off the loop, and none is refused."""

import time
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from pazpaz.core.mail.refusals import Cause
from pazpaz.core.process.resources import Resources
from pazpaz.reminders import bounces
from pazpaz.reminders.links import Act, Link, return_path, token_of
from pazpaz.reminders.mime import HEAD_BYTES
from pazpaz.reminders.reports import READ_BYTES, Bounce, Failure, NotUnderstoodError, bounce_of
from tests.reminders.reports import report
from tests.reminders.samples import NONE, SAMPLES, Sample

SECRET = bytes(range(32))
LOG_ID = UUID(int=7)
PATH = return_path(SECRET, LOG_ID, "no-reply@pazpaz.localhost")
FOUND = Bounce(LOG_ID, (Failure(("ruth@example.org",), Cause.NO_SUCH_ADDRESS),))
LINK = "https://pazpaz.localhost/r/" + quote(token_of(SECRET, Link(LOG_ID, Act.UNSUBSCRIBE)))
USUAL = report(PATH)
TOO_LONG = b"X-Filler: " + b"x" * HEAD_BYTES + b"\r\n" + USUAL
LATE = USUAL.replace(b"It could not", b"It could not be delivered.\r\n" * (READ_BYTES // 20))


@pytest.fixture(autouse=True)
def nothing_else_due() -> None:
    """No test here looks at what is due."""


def _with(old: bytes, new: bytes) -> bytes:
    assert old in USUAL
    return USUAL.replace(old, new)


@pytest.mark.parametrize(
    "raw",
    [
        USUAL,
        USUAL.replace(b"\r\n", b"\n"),
        b"From MAILER-DAEMON Sat Nov 28 04:33:32 2026\r\n" + USUAL,
        report(PATH.upper()),
        report(f'"PazPaz" <{PATH}>'),
        report(f"\r\n {PATH}"),
        report(f"someone@example.org, {PATH}"),
        _with(b"To: ", b"Envelope-To: "),
        _with(b'boundary="x"', b"boundary=x"),
        _with(b"multipart/report", b"multipart/mixed"),
        _with(b"Action: failed\r\n", b""),
        _with(b"; boundary", b";\r\n\tboundary"),
        _with(b"Status: 5.1.1", b"Status: 5.1.1 (no such user)"),
        _with(b"Action: failed", b"ACTION:  Failed"),
        _with(b"Final-R", b"Final-Recipient: x\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\nFinal-R"),
        _with(b"\r\n--x--", b"") + b"\r\n",
        USUAL.replace(
            b"\r\n--x--", b"\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n" + b"y\r\n" * READ_BYTES
        ),
    ],
)
def test_what_servers_write_is_understood(raw: bytes) -> None:
    assert bounce_of(raw, SECRET) == FOUND


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        PATH.encode(),
        f"Subject: {PATH}\r\n".encode() + report("no-reply@pazpaz.localhost"),
        report("no-reply@pazpaz.localhost"),
        report(return_path(b"another key", LOG_ID, "no-reply@pazpaz.localhost")),
        report(PATH, action="delayed", status="4.4.1"),
        report(PATH, action="failed", status="2.0.0"),
    ],
)
def test_what_is_no_failure_of_ours_is_nothing(raw: bytes) -> None:
    assert bounce_of(raw, SECRET) is None


def _filled(sample: Sample, to: str = PATH, link: str = LINK) -> bytes:
    return sample.text.replace("{to}", to).replace("{link}", link).replace("\n", "\r\n").encode()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.wrote)
def test_what_each_kind_of_server_writes_is_read(sample: Sample) -> None:
    """Whom it is about, and what it means for them."""
    found = bounce_of(_filled(sample), SECRET)
    assert found is not None
    assert found.log_id == LOG_ID
    assert tuple((item.recipients[0], item.cause) for item in found.failures) == sample.says


@pytest.mark.parametrize("sample", NONE, ids=lambda sample: sample.wrote)
def test_what_is_no_failure_is_nothing(sample: Sample) -> None:
    """Warnings, receipts, complaints, and whoever is away."""
    assert bounce_of(_filled(sample), SECRET) is None


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.wrote)
def test_a_report_of_another_s_key_is_nobody_s(sample: Sample) -> None:
    """Neither its return path nor the link in what came back is ours."""
    link = "https://pazpaz.localhost/r/" + quote(token_of(b"another", Link(LOG_ID, Act.UNSUBSCRIBE)))
    other = _filled(sample, return_path(b"another", LOG_ID, "no-reply@pazpaz.localhost"), link)
    assert bounce_of(other, SECRET) is None


@pytest.mark.parametrize("raw", [TOO_LONG, LATE, _with(b'; boundary="x"', b"")])
def test_what_is_too_long_or_oddly_formed_is_not_understood(raw: bytes) -> None:
    with pytest.raises(NotUnderstoodError):
        bounce_of(raw, SECRET)


@given(st.binary(max_size=300), st.integers(0, len(USUAL)), st.integers(0, 40))
def test_no_bytes_are_an_error(noise: bytes, at: int, gone: int) -> None:
    """Anything in place of anything in a report: it is read, or not understood."""
    for raw in (noise, USUAL[:at] + noise + USUAL[at + gone :]):
        try:
            found = bounce_of(raw, SECRET)
        except NotUnderstoodError:
            continue
        assert found is None or found.log_id == LOG_ID


def _outcome(name: str) -> float:
    return REGISTRY.get_sample_value("pazpaz_delivery_reports_total", {"outcome": name}) or 0.0


@pytest.mark.parametrize("raw", [TOO_LONG, LATE], ids=["head", "late"])
async def test_what_is_not_understood_is_counted_and_logged_without_content(
    resources: Resources, raw: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The mail server is told that the report was taken: it would send it again for ever."""
    path = _path(resources)
    before = _outcome("not-understood")
    with caplog.at_level("INFO"):
        assert await bounces.take(resources, raw.replace(PATH.encode(), path.encode())) is None
    assert _outcome("not-understood") == before + 1
    assert "delivery report not understood" in caplog.text
    assert path not in caplog.text


def _path(resources: Resources) -> str:
    secret = resources.settings.secret_key.get_secret_value()
    return return_path(secret, uuid4(), "no-reply@pazpaz.localhost")


async def test_a_long_report_is_read_off_the_loop(resources: Resources) -> None:
    """It costs the event loop's thread a small part of what reading it costs."""
    raw = report(_path(resources)).replace(b"Final-R", b"A:\r\n" * 250_000 + b"Final-R")
    began = time.thread_time()
    assert bounce_of(raw, resources.settings.secret_key.get_secret_value()) is None
    read = time.thread_time()
    assert await bounces.take(resources, raw) is None
    assert time.thread_time() - read < (read - began) / 3
