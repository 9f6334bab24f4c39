"""What README.md and docs/first-note.md tell, on a durable `pazpaz up`; and how `up` ends and begins again."""

import base64
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running import Up, environment, left_after

ROOT = Path(__file__).parents[3]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "first-note.md")
VARIABLES = ("NOTE", "APPOINTMENT", "CLIENT", "EMAIL", "PRACTICE", "CANARY", "HEBREW", "JAR")
CLIENT_WORDS = ("בן־עמי", "050-555-0123")
STOP_SECONDS = 20.0
KILL_SECONDS = 15.0


@dataclass(frozen=True)
class Walk:
    """One run of the document's commands."""

    code: int
    output: str
    variables: dict[str, str]


@dataclass(frozen=True)
class FirstRun:
    """What was found after the document's commands, and after SIGTERM."""

    walk: Walk
    note: dict[str, Any]
    appointment: dict[str, Any]
    actions: list[str]
    stranger_status: int
    hits: dict[str, list[str]]
    exit_code: int
    left: list[str]
    hits_at_rest: dict[str, list[str]]


@dataclass(frozen=True)
class SecondRun:
    """What was found on the same data dir, and after SIGKILL."""

    note: dict[str, Any]
    processes: int
    left: list[str]


def walk(up: Up) -> Walk:
    text = "".join(document.read_text() for document in DOCUMENTS)
    text = text.replace("./dev pazpaz", f"'{sys.executable}' -m pazpaz").replace(
        "http://localhost:8000", up.base
    )
    blocks = re.findall(r"^```bash\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    tell = "".join(f'printf "{name}=%s\\n" "${name}"\n' for name in VARIABLES)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join([*blocks, tell])],
        cwd=up.folder,
        env=environment(up.folder, BASE=up.base, DATA=str(up.data_dir), PAZPAZ_DATA_DIR=str(up.data_dir)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    told = dict(line.split("=", 1) for line in done.stdout.splitlines()[-len(VARIABLES) :] if "=" in line)
    return Walk(done.returncode, done.stdout, told)


def cookie(jar: str) -> str:
    """The session's token in curl's cookie file."""
    rows = [line.split("\t") for line in Path(jar).read_text().splitlines()]
    return next(row[6] for row in rows if len(row) == 7 and row[5] == "pazpaz_sign_in")


def signed_in(up: Up, done: Walk) -> httpx.Client:
    return httpx.Client(
        base_url=f"{up.base}/api/v1", cookies={"pazpaz_sign_in": cookie(done.variables["JAR"])}
    )


def get(http: httpx.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(path).raise_for_status().json()
    return found


def spellings(word: str) -> list[bytes]:
    """A word as UTF-8, UTF-16, hexadecimal, and Base64 at each of its three alignments."""
    plain = [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")]
    hexes = [text.hex().encode() for text in plain]
    based = [base64.b64encode(b"\0" * shift + plain[0])[4:-4] for shift in range(3)]
    return [*plain, *hexes, *(text.upper() for text in hexes), *based]


def files_with(data_dir: Path, words: list[str]) -> dict[str, list[str]]:
    """For each word the files of the data dir that hold it in any spelling."""
    found: dict[str, list[str]] = {word: [] for word in words}
    wanted = {word: spellings(word) for word in words}
    for path in data_dir.rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:  # a running server removes files
            continue
        for word in words:
            if any(text in content for text in wanted[word]):
                found[word].append(str(path.relative_to(data_dir)))
    return found


def private_words(done: Walk) -> list[str]:
    return [done.variables["CANARY"], done.variables["HEBREW"], *CLIENT_WORDS]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Up, FirstRun]]:
    """Up, the document, the findings, SIGTERM."""
    with Up(tmp_path_factory.mktemp("first-note")) as up:
        done = walk(up)
        assert done.code == 0, done.output
        words = [*private_words(done), done.variables["PRACTICE"]]
        with signed_in(up, done) as http:
            note = get(http, f"/sessions/{done.variables['NOTE']}")
            appointment = get(http, f"/appointments/{done.variables['APPOINTMENT']}")
            events = get(http, f"/audit-events?entity_id={done.variables['NOTE']}&limit=100")
        stranger = httpx.get(f"{up.base}/api/v1/sessions/{done.variables['NOTE']}").status_code
        hits = files_with(up.data_dir, words)
        processes = up.descendants()
        exit_code = up.stop(signal.SIGTERM, STOP_SECONDS)
        left = left_after(processes, 0)
        yield (
            up,
            FirstRun(
                walk=done,
                note=note,
                appointment=appointment,
                actions=[event["action"] for event in events["items"]],
                stranger_status=stranger,
                hits=hits,
                exit_code=exit_code,
                left=left,
                hits_at_rest=files_with(up.data_dir, words),
            ),
        )


@pytest.fixture(scope="module")
def second(first: tuple[Up, FirstRun]) -> SecondRun:
    """Up again on the same data dir, the note, SIGKILL."""
    before, found = first
    with Up(before.folder) as up:
        with signed_in(up, found.walk) as http:
            note = get(http, f"/sessions/{found.walk.variables['NOTE']}")
        processes = up.descendants()
        up.stop(signal.SIGKILL, KILL_SECONDS)
        return SecondRun(note, len(processes), left_after(processes, KILL_SECONDS))


@pytest.fixture(scope="module")
def found(first: tuple[Up, FirstRun]) -> FirstRun:
    """The findings alone."""
    return first[1]


def test_every_command_of_the_document_succeeds(found: FirstRun) -> None:
    """The document's commands run in order under `bash -euo pipefail`."""
    assert found.walk.code == 0


def test_the_note_is_finalized_with_the_last_text(found: FirstRun) -> None:
    """After five autosaves and the finalizing the note holds the fifth text, at version 7."""
    words = found.walk.variables
    assert (found.note["status"], found.note["version"]) == ("finalized", 7)
    assert found.note["subjective"] == f"{words['HEBREW']} {words['CANARY']}"


def test_the_appointment_is_completed(found: FirstRun) -> None:
    """Finalizing the note completes its appointment."""
    assert found.appointment["status"] == "completed"


def test_the_audit_log_has_each_step_once(found: FirstRun) -> None:
    """One event per write and read of the note, newest first: the document's read, then the test's own."""
    steps = ["session.create", *["session.update"] * 5, "session.finalize", "session.read", "session.read"]
    assert found.actions == steps[::-1]


def test_a_stranger_is_refused(found: FirstRun) -> None:
    """Without a credential the note answers 401."""
    assert found.stranger_status == 401


def test_no_file_holds_a_word_of_the_note(found: FirstRun) -> None:
    """While PazPaz runs, no file of the data dir holds a word of the note or the client in any spelling."""
    assert {word: found.hits[word] for word in private_words(found.walk)} == {
        word: [] for word in private_words(found.walk)
    }


def test_no_file_holds_a_word_of_the_note_at_rest(found: FirstRun) -> None:
    """The same holds once everything has been written out and stopped."""
    assert {word: found.hits_at_rest[word] for word in private_words(found.walk)} == {
        word: [] for word in private_words(found.walk)
    }


def test_the_search_finds_what_is_stored_in_plain(found: FirstRun) -> None:
    """Control: the practice's name is found in PostgreSQL's files, running and at rest."""
    for hits in (found.hits, found.hits_at_rest):
        assert [path for path in hits[found.walk.variables["PRACTICE"]] if path.startswith("postgres/")] != []


def test_sigterm_ends_up_with_success(found: FirstRun) -> None:
    """On SIGTERM `pazpaz up` exits 0 within 20 seconds."""
    assert found.exit_code == 0


def test_sigterm_leaves_no_process(found: FirstRun) -> None:
    """When `pazpaz up` has exited, none of its processes runs."""
    assert found.left == []


def test_the_note_outlives_a_restart(found: FirstRun, second: SecondRun) -> None:
    """Started again on the same data dir, the sign-in still holds and the note is the same."""
    assert second.note == found.note


def test_sigkill_of_up_leaves_no_process(second: SecondRun) -> None:
    """When `pazpaz up` is killed, its services, API and worker end by themselves within 15 seconds."""
    assert (second.processes >= 6, second.left) == (True, [])
