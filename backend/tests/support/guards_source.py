"""What ruff cannot tell: whether a statement is put together from the code's own words or from values."""

import ast
import builtins
import re
from collections.abc import Iterator
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
_TEXTS = frozenset(
    {
        "sqlalchemy.text",
        "sqlalchemy.literal_column",
        "pazpaz.core.db.statements.Statement.of",
        "pazpaz.core.db.statements.SystemStatement.of",
    }
)


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


def statements(source: Source) -> list[int]:
    """The lines of statements with anything in them but the code's own words; values are parameters."""
    parts = (node for node in ast.walk(source.tree) if isinstance(node, ast.expr))
    return sorted({node.lineno for node in parts if _is_foreign(source, node)})


def _is_foreign(source: Source, node: ast.expr) -> bool:
    if _is_put_together(node) and _SQL.search(_said(node)):
        return not source.is_own(node)
    if isinstance(node, ast.Call) and node.args:
        sinks = isinstance(node.func, ast.Attribute) and node.func.attr in _SINKS
        return (sinks or source.name_of(node.func) in _TEXTS) and not source.is_own(node.args[0])
    return False


def sources() -> Iterator[tuple[str, Source]]:
    """Every file of the application and its migrations, by its path in backend/."""
    for folder in ("src", "migrations"):
        for path in sorted((BACKEND / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield str(path.relative_to(BACKEND)), Source(text, takes_input=folder == "src")
