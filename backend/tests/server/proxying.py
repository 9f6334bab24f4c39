"""The proxies of Debian before a server of ours, with the configurations that the documentation recommends."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.certificates import self_signed
from tests.support.served import free_port

CONFIGURATIONS = Path(__file__).parents[3] / "deploy" / "proxies"
CERTIFICATE = "/etc/ssl/pazpaz.pem"
SECONDS = 20.0

_APACHE_MODULES = "mpm_event authz_core ssl socache_shmcb http2 proxy proxy_http headers filter deflate"
_APACHE = """
ServerName 127.0.0.1
PidFile {folder}/pid
ErrorLog {folder}/log
DefaultRuntimeDir {folder}
Mutex file:{folder}
Listen 127.0.0.1:{port}
"""
_NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/log; {user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
"""


def _haproxy(text: str, _folder: Path, port: int) -> tuple[str, list[str]]:
    return text.replace("bind :443", f"bind 127.0.0.1:{port}"), ["haproxy", "-db", "-f"]


def _apache(text: str, folder: Path, port: int) -> tuple[str, list[str]]:
    path = "/usr/lib/apache2/modules/mod_{0}.so"
    modules = [f"LoadModule {name}_module {path.format(name)}\n" for name in _APACHE_MODULES.split()]
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    modules += [f"LoadModule unixd_module {path.format('unixd')}\n"] * (not _is_built_in("mod_unixd"))
    start = "".join(modules) + _APACHE.format(folder=folder, port=port) + user
    return start + text.replace("*:443", f"127.0.0.1:{port}"), ["apache2", "-DFOREGROUND", "-f"]


def _is_built_in(module: str) -> bool:
    listed = subprocess.run(["apache2", "-l"], capture_output=True, text=True, check=True, timeout=SECONDS)
    return module in listed.stdout


def _nginx(text: str, folder: Path, port: int) -> tuple[str, list[str]]:
    start = _NGINX.format(folder=folder, user="user root;" if os.geteuid() == 0 else "")
    return start + text.replace("listen 443", f"listen 127.0.0.1:{port}") + "}\n", ["nginx", "-c"]


def _caddy(text: str, folder: Path, port: int) -> tuple[str, list[str]]:
    # Its own authority, the redirection from port 80 and the address that it is told things at belong to the machine.
    start = f"{{\n\tadmin off\n\tauto_https off\n\tstorage file_system {folder}/caddy\n\tdefault_sni 127.0.0.1\n}}\n"
    site = f"https://127.0.0.1:{port} {{\n\ttls {CERTIFICATE} {CERTIFICATE}"
    text = text.replace("pazpaz.example {", site)
    return start + text, ["caddy", "run", "--adapter", "caddyfile", "--config"]


_KINDS: dict[str, tuple[str, Callable[[str, Path, int], tuple[str, list[str]]]]] = {
    "haproxy": ("haproxy.cfg", _haproxy),
    "apache2": ("apache.conf", _apache),
    "nginx": ("nginx.conf", _nginx),
    "caddy": ("Caddyfile", _caddy),
}
PROXIES = tuple(_KINDS)


@contextmanager
def proxied(
    name: str, server: str, folder: Path, changed: Mapping[str, str] | None = None, answers: int = 200
) -> Iterator[str]:
    """The address of this proxy before this server; it is stopped in the end.

    `changed`: words of its configuration, after which it `answers` so.
    """
    port, certificate = free_port(), folder / "pem"
    certificate.write_bytes(self_signed())
    file, adapt = _KINDS[name]
    text = (CONFIGURATIONS / file).read_text()
    for said, instead in (changed or {}).items():
        assert said in text
        text = text.replace(said, instead)
    text, command = adapt(text, folder, port)
    configuration = folder / file
    configuration.write_text(
        text.replace(CERTIFICATE, str(certificate)).replace("127.0.0.1:8000", server.removeprefix("http://"))
    )
    # Debian keeps them where only root looks.
    program = shutil.which(command[0], path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [program, *command[1:], str(configuration)],
            stdout=output,
            stderr=output,
            cwd=folder,
            env=os.environ
            | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        )
    try:
        _wait(process, f"https://127.0.0.1:{port}", folder, answers)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(SECONDS)


def is_installed(name: str) -> bool:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is not None


def asked(*arguments: str) -> list[tuple[int, str]]:
    """The status and the HTTP version of each answer that curl has, in the order of its requests."""
    ran = subprocess.run(
        ["curl", "-sk", "--max-time", "30", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    answers = [line.split() for line in ran.stdout.splitlines() if line]
    return [(int(status), version) for status, version in answers]


def _wait(process: "subprocess.Popen[bytes]", address: str, folder: Path, answers: int) -> None:
    deadline = time.monotonic() + SECONDS
    told = ("-o", "/dev/null", "-w", "%{http_code} %{http_version}\n")
    while time.monotonic() < deadline and process.poll() is None:
        if [status for status, _ in asked(*told, f"{address}/health/live")] == [answers]:
            return
        time.sleep(0.1)
    raise RuntimeError((folder / "output").read_text(errors="replace")[-2000:])
