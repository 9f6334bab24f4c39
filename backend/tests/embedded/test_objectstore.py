"""What a process of somebody else on this machine gets from the object store's ports: nothing."""

import base64
import hmac
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from pazpaz.embedded.objectstore import PORT_NAMES, _binary
from pazpaz.embedded.stack import Stack
from tests.support.certificates import self_signed

KEY, CONTENT = "practice/note/photo.png", b"canary-77ab" * 100
PARTS = ("master", "filer")
SIGNED = ("volume", "s3")  # which speak HTTP, and want a token or a signature
OPEN = {"/status", "/healthz"}  # that it lives, and how full the disk is


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A store alone."""
    folder = tmp_path_factory.mktemp("store") / "data"
    with Stack(folder, services=frozenset({"s3"}), durable=False) as running:
        yield running


def client(stack: Stack, **config: Any) -> Any:
    """An S3 client of the store; unsigned when told so."""
    environment = stack.environment()
    return boto3.client(
        "s3",
        endpoint_url=environment["PAZPAZ_S3_ENDPOINT_URL"],
        aws_access_key_id=environment["PAZPAZ_S3_ACCESS_KEY"],
        aws_secret_access_key=environment["PAZPAZ_S3_SECRET_KEY"],
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


@pytest.fixture(scope="module")
def ours(stack: Stack) -> Iterator[Any]:
    """The application's client; the bucket holds one object."""
    made = client(stack)
    made.create_bucket(Bucket="pazpaz")
    made.put_object(Bucket="pazpaz", Key=KEY, Body=CONTENT)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def unharmed(ours: Any) -> Iterator[None]:
    """Whatever a stranger tried, afterwards the store holds exactly what it held."""
    yield
    assert [item["Key"] for item in ours.list_objects_v2(Bucket="pazpaz")["Contents"]] == [KEY]
    with ours.get_object(Bucket="pazpaz", Key=KEY)["Body"] as body:
        assert body.read() == CONTENT


def ports(stack: Stack) -> dict[str, int]:
    """By the names of the store's parts."""
    return {name: int(port) for name, port in stack._services["s3"]._ports.items()}  # type: ignore[attr-defined]


def listening(stack: Stack) -> tuple[set[int], set[str]]:
    """The TCP ports and the Unix sockets at which a process of the store listens."""
    top = psutil.Process(stack.pids()["s3"])
    tree = [top, *top.children(recursive=True)]
    found = [connection for process in tree for connection in process.net_connections(kind="all")]
    tcp = {c.laddr.port for c in found if c.family != socket.AF_UNIX and not c.raddr}
    return tcp, {str(c.laddr) for c in found if c.family == socket.AF_UNIX and c.laddr}


def ours_tls(stack: Stack) -> ssl.SSLContext:
    """What the store's own parts show each other."""
    folder = stack.data_dir / "objects" / "tls"
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def stranger_tls(stack: Stack, tmp_path: Path, *, has_certificate: bool) -> ssl.SSLContext:
    """Somebody who would take any server, without a certificate or with one of their own making."""
    context = ssl.create_default_context(cafile=stack.data_dir / "objects" / "tls" / "ca.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    if has_certificate:
        pem = tmp_path / "stranger.pem"
        pem.write_bytes(self_signed())
        context.load_cert_chain(pem)
    return context


def said(connection: socket.socket, request: bytes) -> bytes:
    """What comes back until the other side is done, or has nothing to say for a second."""
    connection.settimeout(1)
    found = b""
    try:
        connection.sendall(request)
        while data := connection.recv(65536):
            found += data
    except OSError:
        pass
    return found


def request(method: str, path: str) -> bytes:
    """A plain request with a body, whose connection ends."""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx".encode()


ASKED = [
    ("GET", "/"), ("GET", "/status"), ("GET", "/dir/status"), ("GET", "/dir/assign"), ("GET", "/col/delete"),
    ("GET", "/dir/lookup?volumeId=1"), ("POST", "/vol/grow?count=1"), ("GET", "/cluster/status"),
    ("GET", "/col/delete?collection=pazpaz"), ("POST", "/submit"), ("GET", "/ui/index.html"), ("GET", "/1,01"),
    ("DELETE", "/1,01"), ("PUT", "/1,01"), ("GET", "/buckets/"), ("GET", f"/buckets/pazpaz/{KEY}"),
    ("PUT", f"/buckets/pazpaz/{KEY}"), ("DELETE", "/buckets/pazpaz?recursive=true"), ("GET", "/metrics"),
    ("GET", "/debug/pprof/heap"), ("GET", "/stats/disk"), ("GET", "/admin/volumes"),
]  # fmt: skip


def test_the_store_listens_where_this_test_looks(stack: Stack) -> None:
    """Eight ports on loopback, and Unix sockets that are its own user's."""
    tcp, sockets = listening(stack)
    assert tcp == set(ports(stack).values())
    assert set(ports(stack)) == set(PORT_NAMES)
    paths = [stack.data_dir / "objects" / name for name in ("filer.sock", "s3.sock")]
    paths += [Path(name) for name in sockets if name.startswith("/")]
    assert len(paths) == 6
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}


@pytest.mark.parametrize("part", PARTS)
def test_a_stranger_gets_no_answer_of_plain_http(stack: Stack, part: str) -> None:
    """Neither port speaks anything but TLS."""
    for method, path in ASKED:
        with socket.create_connection(("127.0.0.1", ports(stack)[part]), timeout=2) as connection:
            status = said(connection, request(method, path)).partition(b"\r\n")[0]
        refused = status in {b"", b"HTTP/1.0 400 Bad Request"}
        assert (method, path, status, refused) == (method, path, status, True)


@pytest.mark.parametrize("has_certificate", [False, True])
@pytest.mark.parametrize("part", [name for name in PORT_NAMES if name not in SIGNED])
def test_a_stranger_gets_no_answer_over_tls(
    stack: Stack, tmp_path: Path, part: str, *, has_certificate: bool
) -> None:
    """Neither without a certificate nor with one that another authority made."""
    context = stranger_tls(stack, tmp_path, has_certificate=has_certificate)
    for method, path in ASKED:
        with socket.create_connection(("127.0.0.1", ports(stack)[part]), timeout=2) as connection:
            try:
                with context.wrap_socket(connection, server_hostname="127.0.0.1") as protected:
                    answer = said(protected, request(method, path))
            except OSError:
                answer = b""
        assert (method, path, answer) == (method, path, b"")


@pytest.mark.parametrize(
    ("part", "path", "status"), [("master", "/dir/status", 200), ("filer", "/buckets/", 401)]
)
def test_the_stores_own_parts_get_an_answer(stack: Stack, part: str, path: str, status: int) -> None:
    """With the data dir's certificate; so it is the certificate that strangers lack; the filer wants a token too."""
    connection = http.client.HTTPSConnection(
        "127.0.0.1", ports(stack)[part], timeout=5, context=ours_tls(stack)
    )
    connection.request("GET", path)
    answer = connection.getresponse()
    assert (answer.status, bool(answer.read())) == (status, True)
    connection.close()


def shell(stack: Stack, folder: Path, *commands: str, seconds: int) -> str:
    """SeaweedFS's own administration, started in this folder, where it looks for its certificate."""
    at = ports(stack)
    master, filer = (f"127.0.0.1:{at[part]}.{at[part + '_grpc']}" for part in ("master", "filer"))
    process = subprocess.Popen(
        [str(_binary()), "shell", f"-master={master}", f"-filer={filer}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    try:
        output, _ = process.communicate(("\n".join(commands) + "\n").encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
    return output.decode(errors="replace")


def test_the_stores_own_administration_needs_the_certificate(stack: Stack, tmp_path: Path) -> None:
    """With it, it lists the practice; without, or with that of another authority, it neither lists nor deletes."""
    listing, own = "fs.ls /buckets/pazpaz", stack.data_dir / "objects"
    assert "practice" in shell(stack, own, listing, seconds=60)
    deleting = ("lock", "s3.bucket.delete -name=pazpaz", "fs.rm -rf /buckets/pazpaz/practice", "unlock")
    foreign = tmp_path / "foreign"
    (foreign / "tls").mkdir(parents=True)
    shutil.copy(own / "security.toml", foreign)
    shutil.copy(own / "tls" / "ca.pem", foreign / "tls")
    for name in ("cert.pem", "key.pem"):
        (foreign / "tls" / name).write_bytes(self_signed())
    for folder in (tmp_path, foreign):
        assert "practice" not in shell(stack, folder, listing, *deleting, seconds=4)  # it tries for ever


@pytest.mark.parametrize(
    "name", ["list_buckets", "list_objects_v2", "get_object", "put_object", "delete_object"]
)
def test_the_s3_port_answers_signed_requests_only(stack: Stack, name: str) -> None:
    """Unsigned, or signed with a made-up key, each call is refused."""
    arguments = {} if name == "list_buckets" else {"Bucket": "pazpaz"}
    if name.endswith("_object"):
        arguments["Key"] = KEY
    made_up = {"aws_access_key_id": "AKIAX", "aws_secret_access_key": "x"}
    endpoint = stack.environment()["PAZPAZ_S3_ENDPOINT_URL"]
    signed = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **made_up)
    for stranger in (client(stack, signature_version=UNSIGNED), signed):
        with pytest.raises(ClientError) as refused:
            getattr(stranger, name)(**arguments)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        stranger.close()


def forged(fid: str) -> str:
    """A token as the master makes them, signed with another key."""

    def part(content: bytes) -> bytes:
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    claims = json.dumps({"fid": fid, "exp": int(time.time()) + 600}).encode()
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(claims)
    return (text + b"." + part(hmac.digest(b"guessed", text, "sha256"))).decode()


def test_the_volume_servers_port_wants_a_token(stack: Stack) -> None:
    """Whoever knows where an object's bytes are neither reads, writes nor deletes them; nor are volumes opened."""
    own = stack.data_dir / "objects"
    found = re.search(
        r'"fileId": *"([^"]+)"', shell(stack, own, f"fs.meta.cat /buckets/pazpaz/{KEY}", seconds=60)
    )
    assert found is not None
    place = f"/{found[1]}"
    for token in ("", f"Bearer {forged(found[1])}"):
        for method, path in [*[(method, place) for method in ("GET", "PUT", "POST", "DELETE")], *ASKED]:
            connection = http.client.HTTPConnection("127.0.0.1", ports(stack)["volume"], timeout=5)
            connection.request(method, path, body="x", headers={"Authorization": token} if token else {})
            answer = connection.getresponse()
            is_open = method == "GET" and path in OPEN
            assert (method, path, answer.status < 400) == (method, path, is_open)
            assert b"practice" not in answer.read()
            connection.close()


def test_the_s3_port_tells_a_stranger_that_it_lives_and_no_more(stack: Stack) -> None:
    """Whatever is asked; nor does it make credentials for anybody."""
    more = [("POST", "/?Action=CreateUser&UserName=x"), ("POST", "/?Action=AssumeRole"), ("GET", "/healthz")]
    for method, path in [*ASKED, *more]:
        connection = http.client.HTTPConnection("127.0.0.1", ports(stack)["s3"], timeout=5)
        connection.request(method, path, body="x")
        answer = connection.getresponse()
        is_open = method == "GET" and path in OPEN
        assert (method, path, answer.status < 300) == (method, path, is_open)
        assert not is_open or answer.read() == b""
        connection.close()


def test_the_certificates_are_made_once_and_their_authority_makes_no_more(stack: Stack) -> None:
    """Its key is nowhere; the store's own is its owner's."""
    folder = stack.data_dir / "objects" / "tls"
    assert {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()} == {
        "ca.pem": 0, "cert.pem": 0, "key.pem": 0,
    }  # fmt: skip
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert (
        sum(content.count(b"PRIVATE KEY-----\n") for content in before.values()) == 2
    )  # begin and end of one
    stack.restart("s3")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
