"""A small server with the HTTP contract of Vault's Transit engine, its error answers included."""

import json
import os
import ssl
import threading
import time
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "hvs.CAESIJlU9"
Answer = tuple[int, object]


class Transit:
    """Keys by name, each a list of versions; and a fault for the next answers, if a test sets one."""

    def __init__(self) -> None:
        self.keys: dict[str, list[AESGCM]] = {"pazpaz": [AESGCM(os.urandom(32))]}
        self.sealed = False
        self.fault: Answer | None = None
        self.delay = 0.0
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def rotate(self, name: str) -> None:
        """One more version, with which is encrypted from now on."""
        self.keys[name].append(AESGCM(os.urandom(32)))

    def answer(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
        """Status and content."""
        self.requests.append((path, headers, body))
        time.sleep(self.delay)
        if self.fault is not None or self.sealed:
            return self.fault or (503, {"errors": ["Vault is sealed"]})
        if headers.get("x-vault-token") != TOKEN:
            return 403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]}
        _, version, mount, verb, name = path.split("/")
        if (version, mount) != ("v1", "transit") or verb not in {"encrypt", "decrypt"}:
            return 404, {"errors": []}
        if name not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        bound = b64decode(body.get("associated_data", ""))
        if verb == "encrypt":
            return self._encrypt(name, b64decode(body["plaintext"]), bound)
        return self._decrypt(name, body["ciphertext"], bound)

    def _encrypt(self, name: str, plain: bytes, bound: bytes) -> Answer:
        nonce, version = os.urandom(12), len(self.keys[name])
        sealed = nonce + self.keys[name][-1].encrypt(nonce, plain, bound)
        text = f"vault:v{version}:{b64encode(sealed).decode()}"
        return 200, {"data": {"ciphertext": text, "key_version": version}}

    def _decrypt(self, name: str, ciphertext: str, bound: bytes) -> Answer:
        prefix, version, text = [*ciphertext.split(":"), "", ""][:3]
        number = int(version[1:] or 0) if version[1:].isdigit() else 0
        if prefix != "vault" or not 0 < number <= len(self.keys[name]):
            return 400, {"errors": ["invalid ciphertext: no prefix"]}
        sealed = b64decode(text)
        try:
            plain = self.keys[name][number - 1].decrypt(sealed[:12], sealed[12:], bound)
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": b64encode(plain).decode()}}


class VaultServer:
    """Transit on a loopback port, over TLS if it is given a certificate."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.transit = transit = Transit()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or b"{}")
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, content = transit.answer(self.path, headers, body)
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
