"""Health data is on no disk in plain: PostgreSQL's with its WAL, a dump, Valkey's, the file store's, mail, logs."""

import io
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from fastapi import FastAPI

from pazpaz.cli.database import upgrade
from pazpaz.core.base.config import Settings
from pazpaz.core.crypto.phi import _BODY, _DECODE, _ENCODE, _TAG, VERSION, Kind, WorkspaceCipher
from pazpaz.core.files.bucket import FAILURES, Bucket
from pazpaz.embedded.objectstore import ObjectStore
from pazpaz.embedded.stack import Stack
from pazpaz.features import load_settings
from pazpaz.main import create_app
from tests.clients.cases import BORN
from tests.support.guards_attack import unpacked
from tests.support.guards_disk import dump, found_in, places
from tests.support.guards_phi import DERIVED, SEALED, Songs, sing, wanted
from tests.support.practice import open_practice
from tests.support.stack import on_database

MAILED = frozenset({"clients.first_name", "clients.email"})  # what a reminder may say of a client
DISKS = {"postgres", "wal", "dump", "valkey", "objects", "mail"}


def _seal(_: WorkspaceCipher, value: object, kind: Kind, _place: bytes, _row: UUID) -> bytes:
    """A cipher that hides nothing."""
    return bytes((VERSION,)) + bytes(_BODY - 1) + _ENCODE[kind](value) + bytes(_TAG)


def _open(_: WorkspaceCipher, sealed: bytes, kind: Kind, _place: bytes, _row: UUID) -> Any:
    plain = sealed[_BODY:-_TAG]
    return plain.decode() if kind == "text" else _DECODE[kind](plain)


def _settings(environment: dict[str, str]) -> Settings:
    values = {name.removeprefix("PAZPAZ_").lower(): value for name, value in environment.items()}
    return load_settings(_env_file=None, public_url="http://testserver", access_log="false", **values)


@dataclass
class Searched:
    """What was sung, sealed and not, and where it was found."""

    sealed: Songs
    plain: Songs
    hits: dict[str, set[str]]
    exported: str
    mails: list[str]


async def _sung(app: FastAPI, songs: Songs, mark: str) -> str:
    """All of one practice's canaries, and its export. The file store and Valkey get one of their own."""
    practice = await open_practice(app)
    async with practice.http:
        await sing(app, practice, songs)
        resources, content = app.state.resources, songs.song.encode()
        await resources.storage.put(
            f"{practice.workspace_id}/{mark}", io.BytesIO(content), len(content), "image/png"
        )
        return (
            unpacked((await practice.get("/workspace/export")).content)
            .encode("latin-1")
            .decode("utf-8", "ignore")
        )


async def _plainly(settings: Settings, app: FastAPI, songs: Songs) -> None:
    """The control where no cipher of ours is at work: written as it is, as a mistake might."""
    resources = app.state.resources
    await resources.queue.redis.set("a-canary", songs.song)
    folder = settings.mail_catcher_dir
    assert folder is not None
    (Path(folder) / "new" / "control").write_text(songs.song, encoding="utf-8")


def _unencrypted_store(folder: Path, songs: Songs) -> None:
    """The control of the file store: the same object in a store that encrypts nothing."""
    argv = ObjectStore._argv
    with pytest.MonkeyPatch.context() as patch:
        kept = lambda self: [word for word in argv(self) if word != "-filer.encryptVolumeData"]  # noqa: E731
        patch.setattr(ObjectStore, "_argv", kept)
        with Stack(folder, services=frozenset({"s3"}), durable=False) as stack:
            environment = dict.fromkeys(
                ("PAZPAZ_DATABASE_URL", "PAZPAZ_DATABASE_SYSTEM_URL"), "postgresql://a:b@h/d"
            )
            environment |= stack.environment() | {
                "PAZPAZ_ARQ_REDIS_URL": "redis://h",
                "PAZPAZ_SMTP_HOST": "h",
            }
            environment |= {"PAZPAZ_MAIL_FROM": "a@example.org", "PAZPAZ_S3_ENCRYPTION": "volume"}
            bucket = Bucket(_settings(environment))
            _prepared(bucket)
            content = songs.song.encode()
            bucket.put("control", io.BytesIO(content), len(content), "image/png")
            bucket.close()


def _prepared(bucket: Bucket) -> None:
    """A store that has just begun to answer may still be finding its volumes."""
    for _ in range(20):
        try:
            bucket.prepare()
        except FAILURES:
            time.sleep(0.5)
        else:
            return
    bucket.prepare()


def _laid_out(data: Path, folder: Path, control: Path) -> None:
    """The disks side by side, as they are when everything has ended."""
    shutil.move(data / "postgres" / "data" / "pg_wal", folder / "wal")
    for name in ("postgres", "valkey", "objects", "mail"):
        shutil.move(data / name, folder / name)
    shutil.move(data, folder / "rest")  # logs of the services, runtime files
    shutil.move(control / "objects", folder / "objects" / "control")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the disks are."""
    folder = tmp_path_factory.mktemp("canary")
    (folder / "disks" / "dump").mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running(base: Path) -> Iterator[Stack]:
    """A stack of its own, so that it can be ended and its disks be read."""
    with Stack(base / "data", durable=False) as stack:
        upgrade(stack.environment()["PAZPAZ_DATABASE_OWNER_URL"])
        yield stack


@pytest.fixture(scope="module")
async def sung(base: Path, running: Stack) -> Searched:
    """Sung to with the cipher and without one."""
    settings, sealed, plain = _settings(running.environment()), Songs(), Songs()
    app, url = create_app(settings), on_database(running.superuser_url, "pazpaz")
    app.state.referee_url = url
    async with app.router.lifespan_context(app):
        exported = await _sung(app, sealed, "sealed")
        mails = _mails(settings)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(WorkspaceCipher, "seal", _seal)
            patch.setattr(WorkspaceCipher, "open", _open)
            await _sung(app, plain, "plain")
        await _plainly(settings, app, plain)
    referee = await asyncpg.connect(url)
    await referee.execute("CHECKPOINT")
    await referee.close()
    dump(url, base / "disks" / "dump")
    return Searched(sealed, plain, {}, exported, mails)


@pytest.fixture(scope="module")
def searched(base: Path, running: Stack, sung: Searched) -> Searched:
    """The disks, once all that writes to them has ended."""
    running.stop()
    _unencrypted_store(base / "control", sung.plain)
    _laid_out(base / "data", base / "disks", base / "control")
    texts = {"sealed": sung.sealed.song, "plain": sung.plain.song, "born": BORN}
    sung.hits |= found_in(base / "disks", texts)
    return sung


def _mails(settings: Settings) -> list[str]:
    """Each mail as it is read: its headers and every text in it, decoded."""
    assert settings.mail_catcher_dir is not None
    files = (Path(settings.mail_catcher_dir) / "new").iterdir()
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return [
        " ".join([*map(str, mail.values()), *(part.get_content() for part in mail.walk() if _is_text(part))])
        for mail in mails
    ]


def _is_text(part: Message) -> bool:
    return part.get_content_maintype() == "text"


async def test_every_sealed_column_is_sung(searched: Searched) -> None:
    """A sealed column that nobody sings into would be proved of nothing."""
    assert [wanted(column) for column in SEALED if column not in {*searched.sealed.taken, *DERIVED}] == []


async def test_every_canary_was_written(searched: Searched) -> None:
    """The practice's own export holds each canary in plain, so that what follows is about something."""
    silent = [
        wanted(column)
        for column in SEALED
        if column not in DERIVED
        and not any(word in searched.exported for word in searched.sealed.of(column).split())
    ]
    assert silent == []
    assert BORN in searched.exported


async def test_no_disk_holds_a_canary(searched: Searched) -> None:
    """Neither contents nor names of any file hold a word, in any form; mail holds what it may."""
    shown = {hit for hit in searched.hits.get("sealed", set()) if not hit.startswith("mail:")}
    assert shown == set()


async def test_mail_says_a_first_name_to_its_owners_address_and_no_more(searched: Searched) -> None:
    """A reminder, a digest and an answer were mailed, and of all canaries they hold those two alone."""
    assert len(searched.mails) == 3
    ending = re.compile("|".join(rf"{word}-(\d\d)" for word in searched.sealed.song.split()))
    said = {SEALED[int(one or other)] for mail in searched.mails for one, other in ending.findall(mail)}
    assert said == set(MAILED)


@pytest.mark.parametrize("disk", sorted(DISKS))
async def test_the_search_finds_what_is_not_sealed(searched: Searched, disk: str) -> None:
    """With a cipher that hides nothing, the same search of the same disk finds the canary."""
    assert disk in places(searched.hits, "plain")
