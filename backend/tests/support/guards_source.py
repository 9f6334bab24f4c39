"""What no source file does: SQL put together with values, code from data, weak randomness and the like."""

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2]

_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
# How a statement begins, or what is only said in the middle of one.
_SQL = re.compile(
    r"^\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|SET|RESET|LOCK|COPY"
    r"|CALL|DO|NOTIFY|COMMENT\s+ON|REASSIGN|VACUUM|REINDEX)\s"
    r"|\s(WHERE|VALUES|RETURNING|INNER JOIN|LEFT JOIN|GROUP BY|ORDER BY)\s|\sFROM\s+\w+\s+(WHERE|AS|JOIN)\b"
)
_SINKS = frozenset({"execute", "executemany", "fetch", "fetchval", "fetchrow", "prepare", "copy_from_query"})
_TEXTS = frozenset({"sqlalchemy.text", "sqlalchemy.literal_column", "pazpaz.core.statements.Statement.of"})
_CODE_FROM_DATA = ("pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle")
_SHELLS = frozenset(
    {
        "os.system",
        "os.popen",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
        "asyncio.create_subprocess_shell",
    }
)
_EVALUATES = frozenset({"eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"})
_WAITS = frozenset(
    {
        *(f"requests.{verb}" for verb in ("get", "post", "put", "patch", "delete", "head", "options", "request")),
        "urllib.request.urlopen", "socket.create_connection", "smtplib.SMTP", "smtplib.SMTP_SSL",
        "http.client.HTTPConnection", "http.client.HTTPSConnection",
    }
)  # fmt: skip
_PLACE_OF_TIMEOUT = {"urllib.request.urlopen": 3, "socket.create_connection": 2, "requests.request": 99}
_WEAK_HASHES = frozenset({"md5", "sha1", "md4", "sha"})


@dataclass(frozen=True)
class Finding:
    """A rule that a line breaks."""

    rule: str
    line: int


class Source:
    """A parsed file, and what its names were imported as."""

    def __init__(self, text: str, *, takes_input: bool = True) -> None:
        """`takes_input=False`: a migration, every name in which is the code's own."""
        self.tree = ast.parse(text)
        self.takes_input = takes_input
        self._imported: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                self._imported |= {(a.asname or a.name.partition(".")[0]): _module(a) for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                self._imported |= {(a.asname or a.name): f"{node.module}.{a.name}" for a in node.names}

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module or name that is imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)

    def calls(self) -> Iterator[ast.Call]:
        """Every call."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def name_of(self, node: ast.expr) -> str:
        """The dotted name as it is defined, not as it is called here."""
        if isinstance(node, ast.Name):
            return self._imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.name_of(node.value)}.{node.attr}"
        return ""

    def is_own(self, node: ast.expr) -> bool:
        """Whether this part of a statement is the code's own: a literal, or a constant by its name."""
        parts: list[ast.expr]
        match node:
            case ast.FormattedValue():
                parts = [node.value]
            case ast.JoinedStr():
                parts = node.values
            case ast.BinOp(op=ast.Add()):
                parts = [node.left, node.right]
            case ast.IfExp():
                parts = [node.body, node.orelse]
            case ast.Call() if self._is_helper(node.func):
                parts = node.args
            case _:
                return isinstance(node, ast.Constant) or self._is_constant(node) or not self.takes_input
        return all(map(self.is_own, parts))

    def _is_constant(self, node: ast.expr) -> bool:
        """Whether it is called like one; `sql` is what a Statement holds."""
        name = self.name_of(node).rpartition(".")[2]
        return bool(_CONSTANT.fullmatch(name)) or name == "sql"

    def _is_helper(self, func: ast.expr) -> bool:
        """Whether a function is the code's own or a number's: what it makes of constants is one."""
        if isinstance(func, ast.Name):
            return func.id == "int" or not hasattr(builtins, func.id)
        base = func.value if isinstance(func, ast.Attribute) else func
        return isinstance(base, ast.Name) and (
            base.id in self._imported or bool(_CONSTANT.fullmatch(base.id))
        )


def _module(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.partition(".")[0]


def _said(node: ast.expr) -> str:
    """The literal text in an expression."""
    return " ".join(
        item.value
        for item in ast.walk(node)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    )


def _is_put_together(node: ast.AST) -> bool:
    match node:
        case (
            ast.JoinedStr()
            | ast.BinOp(op=ast.Add() | ast.Mod(), left=ast.Constant(value=str()) | ast.JoinedStr())
        ):
            return True
        case ast.BinOp(op=ast.Add(), right=ast.Constant(value=str()) | ast.JoinedStr()):
            return True
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant(value=str()))):
            return True
        case _:
            return False


def _sql(source: Source) -> Iterator[int]:
    """A statement with anything in it but the code's own words; values are parameters."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.expr) and _is_put_together(node) and _SQL.search(_said(node)):
            if not source.is_own(node):
                yield node.lineno
        elif isinstance(node, ast.Call) and node.args:
            name = source.name_of(node.func)
            sinks = isinstance(node.func, ast.Attribute) and node.func.attr in _SINKS
            if (sinks or name in _TEXTS) and not source.is_own(node.args[0]):
                yield node.lineno


def _deserialises(source: Source) -> Iterator[int]:
    """Data that becomes objects of any type, or runs code."""
    for name, line in source.imports():
        if name.partition(".")[0] in _CODE_FROM_DATA:
            yield line
    for call in source.calls():
        if source.name_of(call.func) in {"yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"}:
            yield call.lineno


def _shells(source: Source) -> Iterator[int]:
    """A shell."""
    for call in source.calls():
        shell = any(k.arg == "shell" and not _is(k.value, value=False) for k in call.keywords)
        if shell or source.name_of(call.func) in _SHELLS:
            yield call.lineno


def _evaluates(source: Source) -> Iterator[int]:
    """Code from text."""
    return (call.lineno for call in source.calls() if source.name_of(call.func) in _EVALUATES)


def _guessable(source: Source) -> Iterator[int]:
    """Randomness that can be computed from what was seen of it."""
    for name, line in source.imports():
        if name.partition(".")[0] == "random" or name == "uuid.uuid1":
            yield line
    yield from (call.lineno for call in source.calls() if source.name_of(call.func) == "uuid.uuid1")


def _races(source: Source) -> Iterator[int]:
    """A temporary name that somebody else may take first."""
    return (c.lineno for c in source.calls() if source.name_of(c.func) in {"tempfile.mktemp", "os.tempnam"})


def _waits(source: Source) -> Iterator[int]:
    """A call to another machine without a time limit."""
    for call in source.calls():
        name = source.name_of(call.func)
        limit = next((k.value for k in call.keywords if k.arg == "timeout"), None)
        if name in _WAITS and (limit is None or _is(limit, value=None)):
            if len(call.args) < _PLACE_OF_TIMEOUT.get(name, 99):
                yield call.lineno
        elif name.startswith("httpx.") and limit is not None and _is(limit, value=None):
            yield call.lineno


def _trusts(source: Source) -> Iterator[int]:
    """TLS that believes anybody."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.keyword) and node.arg in {
            "verify",
            "check_hostname",
            "validate_certs",
            "use_ssl",
        }:
            if _is(node.value, value=False):
                yield node.value.lineno
        elif isinstance(node, ast.Attribute) and node.attr in {"CERT_NONE", "_create_unverified_context"}:
            yield node.lineno
        elif isinstance(node, ast.Assign) and _is(node.value, value=False):
            named = {t.attr for t in node.targets if isinstance(t, ast.Attribute)}
            yield from [node.lineno] * ("check_hostname" in named)


def _hashes(source: Source) -> Iterator[int]:
    """A hash that collides."""
    for call in source.calls():
        name = source.name_of(call.func)
        module, _, last = name.rpartition(".")
        words = {
            a.value for a in [*call.args, *(k.value for k in call.keywords)] if isinstance(a, ast.Constant)
        }
        weak = {word.lower().replace("-", "") for word in words if isinstance(word, str)} & _WEAK_HASHES
        by_name = module in {"hashlib", "hmac"} and (weak or last in _WEAK_HASHES)
        if by_name or (module.endswith("hashes") and last in {"MD5", "SHA1"}):
            yield call.lineno


def _cookies(source: Source) -> Iterator[int]:
    """Cookies read by a library whose time is not linear in their length (see core/cookies.py)."""
    for name, line in source.imports():
        if name.startswith(("http.cookies", "starlette.requests.cookie_parser")):
            yield line
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "cookies":
            yield node.lineno


def _is(node: ast.expr, *, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


RULES: Mapping[str, Callable[[Source], Iterator[int]]] = {
    "sql": _sql,
    "deserialises": _deserialises,
    "shell": _shells,
    "evaluates": _evaluates,
    "guessable": _guessable,
    "races": _races,
    "waits": _waits,
    "trusts": _trusts,
    "hashes": _hashes,
    "cookies": _cookies,
}


def findings(source: Source) -> list[Finding]:
    """What a file breaks, once for each line and rule."""
    return sorted(
        {Finding(rule, line) for rule, check in RULES.items() for line in check(source)},
        key=lambda found: (found.line, found.rule),
    )


def sources() -> Iterator[tuple[str, Source]]:
    """Every file of the application and its migrations, by its path in backend/."""
    for folder in ("src", "migrations"):
        for path in sorted((BACKEND / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield str(path.relative_to(BACKEND)), Source(text, takes_input=folder == "src")
