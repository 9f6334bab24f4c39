"""How a slice tells the guards what it does: a Case for each operation, a Step for what a practice can own."""

from collections import ChainMap
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from pazpaz.core.process.ratelimit import Limit
from tests.support.practice import API, Practice

Operation = tuple[str, str]
Ids = Mapping[str, str]  # what a practice owns, by kind

# The contract's roles, once more by hand: a route that decides otherwise than its case is wrong.
NOBODY: frozenset[str] = frozenset()  # public: nobody is signed in
OWNER = frozenset({"owner"})
CLINICIANS = OWNER | {"therapist"}
EVERYONE = CLINICIANS | {"assistant"}
ROLES = ("owner", "therapist", "assistant")

LIST = "a list is of no one row"
MADE = "the id of the answer"
CHALLENGE = "the challenge of the answer"
FACTOR = "the factor of the answer"
ANY = "an id that is nobody's to know"

_GONE = ("removed ", "revoked ", "ended ")  # what is not found again, not even by its owner
_ALONE = ("archived ", *_GONE)  # what nothing else belongs to


@dataclass(frozen=True)
class Call:
    """One request below /api/v1."""

    method: str
    path: str
    json: object = None
    params: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, object] | None = None

    async def send(self, http: httpx.AsyncClient, **headers: str) -> httpx.Response:
        """With these headers besides the client's own; cookies are this call's only."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        jar = {"Cookie": cookies} if cookies else {}
        options: dict[str, Any] = {} if self.json is None else {"json": self.json}
        if self.files is not None:
            options["files"] = self.files
        http.cookies.clear()
        return await http.request(
            self.method, API + self.path, params=self.params, headers=jar | headers, **options
        )


@dataclass(frozen=True)
class Event:
    """An expected event; `entity` is one of the words above, or a kind of what the practice owns."""

    action: str
    entity: str

    @property
    def entity_type(self) -> str:
        """The action's first word."""
        return self.action.partition(".")[0]


@dataclass(frozen=True)
class Try:
    """A request of another workspace's owner that names something; `status` 200 stands for any success.

    With one's own ids it answers otherwise, if `control`; `volatile` members differ in every answer.
    """

    call: Call
    status: int = 404
    total: int | None = None
    control: bool = True
    volatile: tuple[str, ...] = ()
    echoed: tuple[str, ...] = ()  # ids that the caller sent and is told again


Tries = Callable[[Ids], Iterator[Try]]


def _none(_: Ids) -> Iterator[Try]:
    yield from ()


@dataclass(frozen=True)
class Case:
    """An operation: who may, what it records, the request that succeeds, what strangers try, what it costs.

    `events`: an action, about the row it makes, the row its path names last, nothing (a list), or what its first word
    says; else `Event`s. `ids`: the kinds that may stand in its path, or in its body if the path takes none; the first
    of them succeeds. `body`: of the ids, if it is a function. From these follows what a stranger tries: each of the
    ids, and a list by each of `filters` and by a foreign cursor; `further` adds to that, `stranger` replaces it.
    """

    name: str  # "PUT /plans/{plan_id}"
    may: frozenset[str]
    events: str | tuple[Event, ...]
    ids: str | tuple[str, ...] = ()
    body: object = None
    params: Mapping[str, str] = field(default_factory=dict)
    cookies: Callable[[Ids], dict[str, str]] = lambda _: {}
    files: Callable[[], Mapping[str, object] | None] = lambda: None
    statements: int | None = 1  # with actor and keys known; None: for each page of each file
    limit: Limit | None = None  # by default its method's
    hands_out: bool = False  # a file or a link that leaves the application
    ends: bool = False  # the sign-in or the practice that asks
    tells: bool = False  # which ids its caller has asked for
    needs: str = ""  # kinds that it names nowhere
    assistant: object = None  # what an assistant sends instead
    filters: str = ""  # "client_id=client, client_id=archived client"
    otherwise: Mapping[str, str] | None = None  # the same list, asked for in another way
    mine: object = None  # the body that a stranger sends instead
    control: bool = True
    volatile: tuple[str, ...] = ()
    further: Tries = _none
    stranger: Tries | None = None

    @property
    def operation(self) -> Operation:
        """Method and path."""
        method, _, path = self.name.partition(" ")
        return method, path

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing."""
        return self.name.startswith("GET ")

    @property
    def kinds(self) -> list[list[str]]:
        """The kinds of each of its ids."""
        return [each.split(", ") for each in ([self.ids] if isinstance(self.ids, str) else self.ids)]

    def expected(self) -> tuple[Event, ...]:
        """The events of one request."""
        if not isinstance(self.events, str):
            return self.events
        noun, _, verb = self.events.partition(".")
        if verb == "create":
            return (Event(self.events, MADE),)
        if "{" in self.name:
            return (Event(self.events, self.kinds[-1][0]),)
        return (Event(self.events, LIST if verb == "list" else noun),)

    def call(self, ids: Ids, *, body: object = None) -> Call:
        """The request that succeeds for whoever owns these ids."""
        method, path = self.operation
        parts = path.split("/")
        names = [n for n, part in enumerate(parts) if part.startswith("{")]
        for place, kinds in zip(names, self.kinds, strict=False):
            parts[place] = ids[kinds[0]] + parts[place].partition("}")[2]
        body = self.body if body is None else body
        said = body(ids) if callable(body) else body
        return Call(method, "/".join(parts), said, self.params, self.cookies(ids), self.files())

    def tries(self, ids: Ids) -> Iterator[Try]:
        """What another workspace's owner tries with these ids of somebody else's, and their own by "own ..."."""
        if self.stranger:
            yield from self.stranger(ids)
        elif self.ids:
            yield from self._by_id(ids)
        elif self.is_read:
            yield from self._listed(ids, {})
        else:
            yield Try(self.call(ids, body=self.mine), 200, control=False, volatile=self.volatile)
        if self.otherwise is not None:
            yield from self._listed(ids, self.otherwise)
        yield from self.further(ids)

    def _by_id(self, ids: Ids) -> Iterator[Try]:
        """Each kind that is tried, and below what is the caller's own."""
        *above, last = self.kinds
        own = {kinds[0]: ids[f"own {kinds[0]}"] for kinds in above}
        for kind in last:
            named = ChainMap({last[0]: ids[kind]}, ids)  # type: ignore[arg-type] # nothing is written into it
            control = self.control and not kind.startswith(_GONE)
            yield Try(self.call(named, body=self.mine), control=control)
            if own:
                yield Try(self.call(named.new_child(own), body=self.mine), control=False)

    def _listed(self, ids: Ids, more: Mapping[str, str]) -> Iterator[Try]:
        """Each filter by each id, and a cursor that was made in the other workspace."""
        path = self.operation[1]
        yield Try(Call("GET", path, params=more), 200, control=False)
        for each in filter(None, self.filters.split(", ")):
            name, _, kind = each.partition("=")
            call = Call("GET", path, params={**more, name: ids[kind]})
            yield Try(call, 200, total=0, control=not kind.startswith(_ALONE))
        if cursor := ids.get(f"cursor of {path}"):
            call = Call("GET", path, params={**more, "cursor": cursor})
            yield Try(call, 200, control=False, volatile=self.volatile)


@dataclass(frozen=True)
class Shelf:
    """Whose it is, what each sealed column of it says, and what is on it already."""

    app: FastAPI
    practice: Practice
    says: Callable[[str], str]
    ids: dict[str, str]

    def of(self, table: str, *names: str) -> dict[str, str]:
        """What these columns say, by their names."""
        return {name: self.says(f"{table}.{name}") for name in names}

    def word(self, column: str) -> str:
        """The first word of it, where spaces or Hebrew are not taken."""
        return self.says(column).split()[0]


@dataclass(frozen=True)
class Step:
    """What it makes, what has to be there before, and how."""

    makes: str  # "plan, archived plan"
    work: Callable[[Shelf], Awaitable[Mapping[str, str]]]
    needs: str = ""
    personal: bool = False  # each member has their own
    first: bool = False
    waits: bool = False  # it takes its time, and is done where it is asked for by name

    @property
    def kinds(self) -> frozenset[str]:
        """What it makes."""
        return frozenset(self.makes.split(", "))

    @property
    def before(self) -> frozenset[str]:
        """What has to be there."""
        return frozenset(self.needs.split(", ")) - {""}
