"""The scanner: a real clamd with a signature of its own finds EICAR; without a clear answer nothing passes."""

import asyncio
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pazpaz.core.base.turns import Turns
from pazpaz.sanitizing.clamd import Clamd
from pazpaz.sanitizing.errors import Reason, Rejected, ScannerDown
from pazpaz.sanitizing.sanitizer import Sanitizer, private_file
from tests.support.files_pdf import document, flate, stream

_PROGRAM = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
# In two halves, or scanners would take this file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
with_clamd = pytest.mark.skipif(_PROGRAM is None, reason="no clamd here: apt install clamav-daemon")


class Daemon:
    """A clamd in a folder."""

    def __init__(self, folder: Path, *, more: str = "") -> None:
        self.socket = folder / "socket"
        database = folder / "database"
        database.mkdir()
        (database / "test.ndb").write_text(f"Test.EICAR:0:*:{EICAR.hex()}\n", encoding="ascii")
        configuration = folder / "clamd.conf"
        configuration.write_text(
            f"Foreground yes\nLocalSocket {self.socket}\nDatabaseDirectory {database}\n"
            f"TemporaryDirectory {folder}\nMaxThreads 2\n{more}",
            encoding="ascii",
        )
        assert _PROGRAM is not None
        self.process = subprocess.Popen(
            [_PROGRAM, f"--config-file={configuration}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not self.socket.exists():
            assert self.process.poll() is None, "clamd did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One for the tests that leave it alone."""
    daemon = Daemon(tmp_path_factory.mktemp("clamd"))
    yield daemon
    daemon.stop()


async def _sanitize(spool: Path, clamd: Clamd, content: bytes) -> bytes:
    with private_file(spool) as source:
        source.write(content)
        sanitizer = Sanitizer(spool, Turns(1, per_owner=1), clamd=clamd)
        with await sanitizer.sanitize(source, 1) as clean:
            return clean.file.read()


INFECTED = {
    "in a stream": document(objects={4: stream(EICAR)}),
    "in a packed stream": document(objects={4: flate(EICAR)}),
    "in an embedded file": document(
        catalogue=b"/Names << /EmbeddedFiles << /Names [(x) << /EF << /F 10 0 R >> >>] >> >>",
        extra={10: flate(EICAR)},
    ),
    "behind the end": document() + EICAR,
}


@with_clamd
@pytest.mark.parametrize("content", INFECTED.values(), ids=INFECTED.keys())
async def test_eicar_is_found(spool: Path, daemon: Daemon, content: bytes) -> None:
    """Plain and packed, in what was sent, before anything of it is cut off."""
    with pytest.raises(Rejected) as caught:
        await _sanitize(spool, Clamd.of(f"unix://{daemon.socket}"), content)
    assert caught.value.reason is Reason.INFECTED


@with_clamd
async def test_eicar_itself_is_found(spool: Path, daemon: Daemon) -> None:
    """The file alone: no type of ours, so the scanner is asked directly."""
    with private_file(spool) as source:
        source.write(EICAR)
        with pytest.raises(Rejected):
            await Clamd.of(f"unix://{daemon.socket}").scan(source.fileno())


@with_clamd
async def test_a_clean_file_passes(spool: Path, daemon: Daemon) -> None:
    """With the scanner there, and a file larger than one piece of the stream."""
    clamd = Clamd.of(f"unix://{daemon.socket}")
    await clamd.ping()
    assert (await _sanitize(spool, clamd, document(extra={10: stream(b" " * 3_000_000)}))).startswith(b"%PDF")


@with_clamd
async def test_a_killed_scanner_lets_nothing_pass(
    spool: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Before, and in the middle of, a file."""
    daemon = Daemon(tmp_path_factory.mktemp("clamd"))
    clamd = Clamd.of(f"unix://{daemon.socket}")
    daemon.process.send_signal(signal.SIGSTOP)
    waiting = asyncio.create_task(_sanitize(spool, clamd, document()))
    await asyncio.sleep(0.2)
    daemon.stop()
    with pytest.raises(ScannerDown):
        await waiting
    with pytest.raises(ScannerDown):
        await _sanitize(spool, clamd, document())
    with pytest.raises(ScannerDown):
        await clamd.ping()


@with_clamd
async def test_a_file_the_scanner_will_not_take_is_not_passed(
    spool: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Above its own size limit it has not looked."""
    daemon = Daemon(tmp_path_factory.mktemp("clamd"), more="StreamMaxLength 1M\n")
    with pytest.raises(ScannerDown):
        await _sanitize(
            spool, Clamd.of(f"unix://{daemon.socket}"), document(extra={10: stream(bytes(3_000_000))})
        )
    daemon.stop()


@pytest.fixture
async def answering() -> AsyncIterator[list[bytes]]:
    """A scanner that answers as told, over TCP; its port comes first."""
    answers: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            await reader.readexactly(size)
        writer.write(answers[-1])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        answers.append(str(server.sockets[0].getsockname()[1]).encode())
        yield answers


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: OK", b"OK\0", b"stream: ERROR\0", b"stream: OK FOUNDATION\0", b"x" * 5000 + b"\0"],
)
async def test_no_clear_answer_is_no_verdict(spool: Path, answering: list[bytes], answer: bytes) -> None:
    """Cut off, in other words, or without end."""
    clamd = Clamd.of(f"tcp://127.0.0.1:{answering[0].decode()}")
    answering.append(answer)
    with pytest.raises(ScannerDown):
        await _sanitize(spool, clamd, document())
    answering.append(b"stream: OK\0")
    assert (await _sanitize(spool, clamd, document())).startswith(b"%PDF")
