"""The store itself: what a link opens, what strangers get, and what happens when it does not answer."""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError
from pydantic import SecretStr

from pazpaz.core.base.config import Settings
from pazpaz.core.base.ids import new_id
from pazpaz.core.files.bucket import MARKER, Bucket, BucketError
from pazpaz.core.process.resources import Resources
from tests.attachments import stores
from tests.core.problem import problem_of
from tests.support.files import attach, make_attachment
from tests.support.practice import Practice


@pytest.fixture
async def note(practice: Practice) -> str:
    """A draft."""
    return str((await practice.make_session(plan="x"))["id"])


@pytest.fixture
async def link(practice: Practice, note: str) -> str:
    """A download's address."""
    made = await make_attachment(practice, note)
    found = await practice.get(f"/sessions/{note}/attachments/{made['id']}")
    return str(found.json()["download_url"])


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is not signed in."""
    async with httpx.AsyncClient() as browser:
        yield browser


def with_query(link: str, **changes: str | None) -> str:
    """The link with parameters changed, added, or (None) left out."""
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query)) | {name.replace("_", "-"): value for name, value in changes.items()}
    return parts._replace(query=urlencode({k: v for k, v in query.items() if v is not None})).geturl()


def other_values(name: str, value: str) -> list[str | None]:
    """What somebody might write instead; None leaves it out."""
    known: dict[str, list[str | None]] = {
        "X-Amz-Expires": ["901", "604800", "0", "-1", "x"],
        "X-Amz-Date": ["20990101T000000Z", "20200101T000000Z"],
        "X-Amz-Algorithm": ["AWS4-HMAC-SHA1", "none"],
        "X-Amz-SignedHeaders": ["", "host;range"],
        "response-content-type": ["text/html", ""],
        "response-content-disposition": ["inline", value.replace("photo", "other")],
        "response-cache-control": ["public"],
    }
    return [None, f"{value}x", *known.get(name, [])]


async def test_a_link_with_a_changed_parameter_opens_nothing(web: httpx.AsyncClient, link: str) -> None:
    """Each parameter, changed or left out, is a 403, or a 400 where the store cannot make sense of it."""
    assert (await web.get(link)).status_code == 200
    for name, value in parse_qsl(urlsplit(link).query):
        for changed in other_values(name, value):
            answer = await web.get(with_query(link, **{name: changed}))
            malformed = changed is None or name.startswith("X-Amz-")
            assert answer.status_code in ({400, 403} if malformed else {403}), (name, changed)
    assert (await web.get(link)).status_code == 200


async def test_a_link_with_a_parameter_more_opens_nothing(web: httpx.AsyncClient, link: str) -> None:
    """Nothing can be added to it, twice the same neither."""
    added = [
        "response-content-language=x", "response-content-encoding=gzip", "response-expires=0", "acl",
        "tagging", "versionId=null", "partNumber=1", "uploads", "x-id=GetObject", "x=y",
        "response-content-type=text/html", "X-Amz-Expires=604800", "X-Amz-Security-Token=x",
    ]  # fmt: skip
    for more in added:
        answer = await web.get(f"{link}&{more}")
        first = await web.get(link.replace("?", f"?{more}&"))
        assert (more, answer.status_code, first.status_code) == (more, 403, 403)


async def test_a_link_with_another_signature_opens_nothing(web: httpx.AsyncClient, link: str) -> None:
    """Each of its bits counts, and so does its length."""
    start, mark, signature = link.partition("X-Amz-Signature=")
    number = int(signature, 16)
    wrong = [f"{number ^ (1 << bit):064x}" for bit in range(256)]
    assert {(await web.get(start + mark + other)).status_code for other in wrong} == {403}
    misshapen = [signature[:-1], signature + "0", "", "0" * 64, "x" * 64]
    assert {(await web.get(start + mark + other)).status_code for other in misshapen} <= {400, 403}


async def test_a_link_opens_one_file_of_one_bucket(
    web: httpx.AsyncClient, link: str, practice: Practice, settings: Settings
) -> None:
    """Neither another note's file nor the list nor another bucket."""
    other = (await practice.make_session())["id"]
    made = await make_attachment(practice, other)
    bucket, path = f"/{settings.s3_bucket_name}/", urlsplit(link).path
    places = [
        f"{bucket}{practice.workspace_id}/{other}/{made['id']}_photo.png",
        f"{bucket}{MARKER}",
        bucket,
        "/",
        path.replace(bucket, "/pazpaz/"),
        path + "x",
        path + "/",
    ]
    for place in places:
        assert place != path
        answer = await web.get(urlsplit(link)._replace(path=quote(place)).geturl())
        assert (place, answer.status_code) == (place, 403)


async def test_a_link_only_reads(web: httpx.AsyncClient, link: str) -> None:
    """Not with another method, nor for another host; afterwards the file is as it was."""
    before = (await web.get(link)).content
    for method in ("HEAD", "PUT", "DELETE", "POST", "PATCH"):
        answer = await web.request(method, link, content=b"x" if method != "HEAD" else None)
        assert (method, answer.status_code in {403, 405, 501}) == (method, True)
    assert (await web.get(link, headers={"Host": "files.example.org"})).status_code == 403
    assert (await web.get(link)).content == before


async def test_a_link_that_has_ended_opens_nothing(
    web: httpx.AsyncClient, link: str, resources: Resources
) -> None:
    """It is the store that looks at the clock."""
    key = urlsplit(link).path.partition("/")[2].partition("/")[2]
    name = urlsplit(link).path.split("/")[1]
    assert name == resources.settings.s3_bucket_name
    short = resources.storage._bucket.link(key, "photo.png", "image/png", 1)
    await asyncio.sleep(2.5)
    assert (await web.get(short)).status_code == 403
    assert (await web.get(link)).status_code == 200


async def test_strangers_get_nothing(web: httpx.AsyncClient, link: str, settings: Settings) -> None:
    """Without a signature: no list, no file, no writing, no deleting, no settings of the bucket."""
    store, bucket = settings.s3_endpoint_url, f"{settings.s3_endpoint_url}/{settings.s3_bucket_name}"
    file = link.partition("?")[0]
    asked = [
        ("GET", f"{store}/"), ("GET", bucket), ("GET", f"{bucket}?list-type=2"), ("GET", f"{bucket}?acl"),
        ("GET", f"{bucket}?policy"), ("GET", f"{bucket}?uploads"), ("HEAD", bucket), ("DELETE", bucket),
        ("PUT", f"{bucket}?acl"), ("PUT", f"{bucket}?policy"), ("POST", f"{bucket}?delete"),
        ("GET", file), ("HEAD", file), ("PUT", file), ("DELETE", file), ("POST", f"{file}?uploads"),
        ("PUT", f"{bucket}/new"), ("PUT", f"{store}/pazpaz-new"),
    ]  # fmt: skip
    for method, url in asked:
        answer = await web.request(method, url, content=b"x" if method in {"PUT", "POST"} else None)
        assert (method, url, answer.status_code) == (method, url, 403)
    assert (await web.get(link)).status_code == 200


@pytest.mark.parametrize("size", [1, 4_194_304, 4_194_305, 5_000_000, 10_485_760])
async def test_a_file_comes_back_as_it_was(web: httpx.AsyncClient, resources: Resources, size: int) -> None:
    """Also when the store keeps it in several chunks."""
    key, data = f"{new_id()}/{new_id()}/{new_id()}_a.png", os.urandom(size)
    await resources.storage.put(key, BytesIO(data), size, "image/png")
    try:
        answer = await web.get(resources.storage.link(key, "a.png", "image/png"))
        assert (answer.status_code, len(answer.content)) == (200, size)
        assert hashlib.sha256(answer.content).digest() == hashlib.sha256(data).digest()
    finally:
        await resources.storage.remove(key)


@pytest.fixture
def bucket(settings: Settings) -> Iterator[Bucket]:
    """A bucket that does not exist yet."""
    made = Bucket(settings.model_copy(update={"s3_bucket_name": f"test-{new_id().hex}"}))
    yield made
    for page in made.pages():
        made.remove(item.key for item in page)
    made._client.delete_bucket(Bucket=made._name)
    made.close()


def test_an_absent_bucket_is_made_by_one_of_many(bucket: Bucket) -> None:
    """Processes that start at the same time do not get in each other's way, and preparing again changes nothing."""
    with pytest.raises(ClientError):
        bucket._client.head_bucket(Bucket=bucket._name)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: bucket.prepare(), range(8)))
    bucket.prepare()
    assert [item.key for page in bucket.pages() for item in page] == [MARKER]
    assert bucket._client.head_object(Bucket=bucket._name, Key=MARKER)["ServerSideEncryption"] == "AES256"


def open_by_policy(bucket: Bucket, *actions: str) -> None:
    """Let anybody do this."""
    arns = [f"arn:aws:s3:::{bucket._name}", f"arn:aws:s3:::{bucket._name}/*"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": list(actions), "Resource": arns}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    bucket._client.put_bucket_policy(Bucket=bucket._name, Policy=document)


OPENED: dict[str, Callable[[Bucket], Any]] = {
    "list by access list": lambda b: b._client.put_bucket_acl(Bucket=b._name, ACL="public-read"),
    "list by policy": lambda b: open_by_policy(b, "s3:ListBucket"),
    "read by policy": lambda b: open_by_policy(b, "s3:GetObject"),
    "all by policy": lambda b: open_by_policy(b, "s3:*"),
}


@pytest.mark.parametrize("how", OPENED)
def test_a_bucket_that_strangers_reach_is_refused(bucket: Bucket, how: str) -> None:
    """However it was opened; closed again it is taken."""
    bucket.prepare()
    OPENED[how](bucket)
    with pytest.raises(BucketError, match=r"by anybody"):
        bucket.prepare()
    if "policy" in how:
        bucket._client.delete_bucket_policy(Bucket=bucket._name)
    else:
        bucket._client.put_bucket_acl(Bucket=bucket._name, ACL="private")
    bucket.prepare()


async def test_nothing_is_stored_in_a_public_bucket(
    settings: Settings, practice: Practice, note: str, bucket: Bucket
) -> None:
    """The application starts, notes work, and no file goes there."""
    bucket.prepare()
    open_by_policy(bucket, "s3:GetObject")
    changed = settings.model_copy(update={"s3_bucket_name": bucket._name})
    async with stores.acting_on(changed, practice) as here:
        answer = await attach(here, note)
        assert (await here.get(f"/sessions/{note}")).status_code == 200
    problem_of(answer, 503, "storage-unavailable")
    assert [item.key for page in bucket.pages() for item in page] == [MARKER]


BROKEN: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "down": stores.nobody,
    "a black hole": stores.black_hole,
    "500": lambda: stores.answering(500),
    "503": lambda: stores.answering(503),
    "200 to everybody": lambda: stores.answering(200),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_without_the_store_only_files_fail(
    settings: Settings, practice: Practice, note: str, how: str
) -> None:
    """A 503 with Retry-After within the store's time limit; deleting, lists and notes work.

    Nor is a link made for what cannot be compared with its row.
    """
    kept, gone = [await make_attachment(practice, note, name=f"{n}.png") for n in "ab"]
    path = f"/sessions/{note}/attachments"
    with BROKEN[how]() as endpoint:
        changed = settings.model_copy(update={"s3_endpoint_url": endpoint})
        async with stores.acting_on(changed, practice) as here, asyncio.timeout(25):
            refused = await attach(here, note)
            problem_of(refused, 503, "storage-unavailable")
            assert int(refused.headers["retry-after"]) > 0
            linked = await here.get(f"{path}/{kept['id']}")
            assert (linked.status_code, "download_url" in linked.json()) == (
                410 if how == "200 to everybody" else 503,
                False,
            )
            assert (await here.delete(f"{path}/{gone['id']}")).status_code == 204
            assert [item["id"] for item in (await here.get(path)).json()["items"]] == [kept["id"]]
            assert (await here.put(f"/sessions/{note}", {"plan": "y"})).status_code == 200
            assert (await here.get("/health/live")).status_code in {200, 404}
    assert (await practice.get(f"/sessions/{note}")).json()["attachment_count"] == 1


async def test_wrong_credentials_store_nothing(settings: Settings, practice: Practice, note: str) -> None:
    """They are the operator's to mend: a 503, and no word of the store's answer."""
    changed = settings.model_copy(update={"s3_secret_key": SecretStr("wrong" * 8)})
    async with stores.acting_on(changed, practice) as here:
        refused = await attach(here, note)
    problem_of(refused, 503, "storage-unavailable")
    assert refused.headers["retry-after"]
    assert "Signature" not in refused.text
    assert (await practice.get(f"/sessions/{note}/attachments")).json()["total"] == 0


async def test_a_store_that_comes_back_is_used_again(
    settings: Settings, practice: Practice, note: str, bucket: Bucket
) -> None:
    """A bucket that vanished is made again by the next upload but one at the latest."""
    changed = settings.model_copy(update={"s3_bucket_name": bucket._name})
    async with stores.acting_on(changed, practice) as here:
        assert (await attach(here, note)).status_code == 201
        for page in bucket.pages():
            bucket.remove(item.key for item in page)
        bucket._client.delete_bucket(Bucket=bucket._name)
        answers = [(await attach(here, note)).status_code for _ in range(2)]
    assert answers[-1] == 201
