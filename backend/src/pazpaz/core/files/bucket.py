"""The bucket of an S3 store: private, encrypted, and reached through boto3, which blocks."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, BinaryIO
from urllib.parse import quote

import boto3.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ResponseStreamingError
from urllib3.exceptions import HTTPError

from pazpaz.core.base.config import Settings

FAILURES = (BotoCoreError, ClientError, HTTPError, OSError, TimeoutError)
CONNECT_SECONDS = 2
READ_SECONDS = 4
MARKER = ".pazpaz"
_ABSENT = frozenset({"404", "NoSuchBucket", "NotFound"})
_SHORTER = frozenset({"NoSuchKey", "InvalidRange", "416"})
_TAKEN = frozenset({"PreconditionFailed", "412"})
_HEEDED = _TAKEN | {"ConditionalRequestConflict", "409"}  # or somebody else writes it at this moment
_UNKNOWN_CONDITION = frozenset({"NotImplemented", "501"})  # a store without conditional writes
_OURS_ALREADY = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})
_DELETED_AT_ONCE = 1000  # the S3 API's own limit
_READ_BYTES = 256 * 1024

# Their messages hold keys and signed links.
for _name in ("boto3", "botocore", "urllib3"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class BucketError(Exception):
    """The bucket must not be used as it is; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the store does, by its own answers."""

    encryption: str | None  # what its answer to a PUT names; None when its disks are said to be encrypted
    writes_once: bool  # it heeds `If-None-Match: *`

    def __str__(self) -> str:
        """For the operator."""
        encrypted = (
            "encryption left to the disks" if self.encryption is None else f"encrypted ({self.encryption})"
        )
        once = "writes once" if self.writes_once else "ignores If-None-Match, so it is looked first"
        return f"private, {encrypted}, {once}"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the bucket."""

    key: str
    modified: datetime


class Bucket:
    """Every call blocks, for seconds at the worst, and raises botocore's errors. Clients are safe in threads."""

    def __init__(self, settings: Settings) -> None:
        """Nothing connects before the first call."""
        self._settings = settings
        self._name = settings.s3_bucket_name
        self._session = boto3.session.Session()
        self._encryption: dict[str, str] = {}
        if settings.s3_encryption != "volume":
            self._encryption["ServerSideEncryption"] = settings.s3_encryption
        if settings.s3_kms_key_id is not None:
            self._encryption["SSEKMSKeyId"] = settings.s3_kms_key_id

    def _make(self, endpoint: str, *, signed: bool = True) -> Any:
        settings = self._settings
        config = Config(
            signature_version="s3v4" if signed else UNSIGNED,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": settings.s3_addressing},
            # Checksums in trailers are AWS's own; other stores refuse or keep them in the object.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=8,
        )
        return self._session.client(
            "s3",
            endpoint_url=endpoint,
            region_name=settings.s3_region,
            aws_access_key_id=settings.s3_access_key.get_secret_value(),
            aws_secret_access_key=settings.s3_secret_key.get_secret_value(),
            verify=str(settings.s3_ca_file) if settings.s3_ca_file else None,
            config=config,
        )

    @cached_property
    def _client(self) -> Any:
        return self._make(self._settings.s3_endpoint_url)

    @cached_property
    def _signer(self) -> Any:
        """Makes links, for the address at which browsers reach the store."""
        public = self._settings.s3_public_endpoint_url
        return self._make(public) if public else self._client

    def prepare(self) -> Abilities:
        """Make the bucket if it is absent, see that it encrypts what it takes, and that strangers get nothing.

        BucketError when it does not, or when they do.
        """
        self._client, self._signer  # noqa: B018 (made before they are needed: it takes a tenth of a second)
        try:
            self._client.head_bucket(Bucket=self._name)
        except ClientError as error:
            if code_of(error) not in _ABSENT:
                raise
            self._create()
        answer = self._put(MARKER, b"")
        self._refuse_strangers()
        return Abilities(answer.get("ServerSideEncryption"), self._writes_once)

    def prove(self, size: int) -> None:
        """Write and read back as many bytes; BucketError when others come back. For `pazpaz doctor`."""
        sent = os.urandom(size)
        self._put(MARKER, sent)
        try:
            came = self._client.get_object(Bucket=self._name, Key=MARKER)["Body"].read()
        except ResponseStreamingError:
            came = b""
        self._put(MARKER, b"")
        if came != sent:
            raise BucketError("the store does not give back what it was given")

    def _put(self, key: str, body: BinaryIO | bytes, **more: object) -> dict[str, Any]:
        """Store an object; BucketError unless the store says that it was encrypted as asked."""
        answer: dict[str, Any] = self._client.put_object(
            Bucket=self._name, Key=key, Body=body, **self._encryption, **more
        )
        for name, asked in self._encryption.items():
            done = str(answer.get(name, ""))
            # A key is answered by its full name, and one asked for by an alias by another.
            named = name == "SSEKMSKeyId" and (done.endswith(asked) or ("alias/" in asked and done))
            if done != asked and not named:
                raise BucketError("PAZPAZ_S3_ENCRYPTION: the store's answer does not say that it encrypts so")
        return answer

    @cached_property
    def _writes_once(self) -> bool:
        """Whether the store heeds `If-None-Match: *`: one that does not would write over the mark, which is there."""
        try:
            self._put(MARKER, b"", IfNoneMatch="*")
        except ClientError as error:
            if code_of(error) in _HEEDED:
                return True
            if code_of(error) not in _UNKNOWN_CONDITION:
                raise
        return False

    def _create(self) -> None:
        region = self._settings.s3_region
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self._client.create_bucket(Bucket=self._name, **place)
        except ClientError as error:
            if code_of(error) not in _OURS_ALREADY:  # another process was quicker
                raise

    def _refuse_strangers(self) -> None:
        """Ask as nobody: what a policy, an access list or the store's default adds up to, only the store knows."""
        stranger = self._make(self._settings.s3_endpoint_url, signed=False)
        attempts: dict[str, Callable[[], object]] = {
            "listed": lambda: stranger.list_objects_v2(Bucket=self._name, MaxKeys=1),
            "read": lambda: stranger.get_object(Bucket=self._name, Key=MARKER),
            "written": lambda: stranger.put_object(Bucket=self._name, Key=MARKER, Body=b""),
        }
        for done, attempt in attempts.items():
            try:
                attempt()
            except ClientError:
                continue
            raise BucketError(
                f"PAZPAZ_S3_BUCKET_NAME: the bucket can be {done} by anybody; take away its public access"
            )

    def put(self, key: str, file: BinaryIO, size: int, content_type: str) -> None:
        """Store a file, whole or not at all."""
        file.seek(0)
        try:
            self._put(key, file, ContentLength=size, ContentType=content_type)
        except BucketError:
            self.remove([key])
            raise

    def find(self, key: str, at_most: int) -> bytes | None:
        """Return a file, or None if there is none; of one that is larger than it may be, not all."""
        return b"".join(found) if (found := self._read(key, at_most)) is not None else None

    def holds(self, key: str, size: int, sha256: str) -> bool | None:
        """Whether these very bytes are there, read through and not kept; None if nothing is.

        The store's own word, an ETag or a checksum, is not enough: whoever can swap an object can say that too.
        """
        if (found := self._read(key, size)) is None:
            return None
        digest = hashlib.sha256()
        for piece in found:
            digest.update(piece)
        return digest.hexdigest() == sha256

    def piece(self, key: str, start: int, end: int) -> bytes:
        """Return a part of an object, of one that is shorter less; no connection is held between two parts."""
        try:
            found = self._client.get_object(Bucket=self._name, Key=key, Range=f"bytes={start}-{end - 1}")
        except ClientError as error:
            if code_of(error) in _SHORTER:
                return b""
            raise
        with closing(found["Body"]) as body:
            read: bytes = body.read(end - start)
        return read

    def _read(self, key: str, at_most: int) -> Iterator[bytes] | None:
        """Yield the pieces of an object, up to one that goes beyond the limit."""
        try:
            body = self._client.get_object(Bucket=self._name, Key=key)["Body"]
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise

        def pieces() -> Iterator[bytes]:
            left = at_most
            with closing(body):
                while left >= 0 and (piece := body.read(_READ_BYTES)):
                    left -= len(piece)
                    yield piece

        return pieces()

    def keep(self, key: str, content: bytes) -> None:
        """Store a small object under a key that is taken once; one that is there already stays as it is."""
        if not self._writes_once:
            if not self.has(key):
                self._put(key, content)
            return
        try:
            self._put(key, content, IfNoneMatch="*")
        except ClientError as error:
            if code_of(error) not in _TAKEN:
                raise

    def has(self, key: str) -> bool:
        try:
            self._client.head_object(Bucket=self._name, Key=key)
        except ClientError as error:
            if code_of(error) not in _ABSENT:
                raise
            return False
        return True

    def remove(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is gone already is as good."""
        left = list(keys)
        while left:
            some, left = left[:_DELETED_AT_ONCE], left[_DELETED_AT_ONCE:]
            objects = {"Objects": [{"Key": key} for key in some], "Quiet": True}
            answer = self._client.delete_objects(Bucket=self._name, Delete=objects)
            if answer.get("Errors"):
                raise ClientError({"Error": {"Code": answer["Errors"][0].get("Code", "")}}, "DeleteObjects")

    def pages(self, prefix: str = "") -> Iterator[list[Stored]]:
        """All objects below a prefix, in the order of their keys, a thousand at a time."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix)
        for page in pages:
            found = [Stored(item["Key"], item["LastModified"]) for item in page.get("Contents", [])]
            if not all(
                item.key.startswith(prefix) for item in found
            ):  # they are what somebody is about to delete
                raise BucketError("the store lists what it was not asked for")
            yield found

    def link(self, key: str, filename: str, content_type: str, seconds: int) -> str:
        """Return a presigned GET that saves the file under its name; computed here, without a call to the store."""
        parameters = {
            "Bucket": self._name,
            "Key": key,
            "ResponseContentDisposition": content_disposition(filename),
            "ResponseContentType": content_type,
            "ResponseCacheControl": "no-store",
        }
        url: str = self._signer.generate_presigned_url("get_object", parameters, ExpiresIn=seconds)
        return url

    def close(self) -> None:
        for name in ("_client", "_signer"):
            if name in self.__dict__:
                self.__dict__[name].close()


def code_of(error: ClientError) -> str:
    """Return the store's own word for what went wrong, or the HTTP status."""
    return str(error.response.get("Error", {}).get("Code", ""))


def content_disposition(filename: str) -> str:
    """`attachment` with the name for every browser (RFC 6266, 5; RFC 8187, 3.2)."""
    plain = "".join(c if 32 <= ord(c) < 127 and c not in '"\\%;' else "_" for c in filename)
    stem, _, extension = plain.rpartition(".")
    if not any(c.isalnum() for c in stem):
        plain = f"file.{extension}"  # a name in another script says nothing in this form
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
