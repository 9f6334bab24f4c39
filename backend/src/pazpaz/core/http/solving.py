"""An endpoint's arguments: what FastAPI's declaration asks for, read straight from the request.

FastAPI declares and documents; this reads, because its own general solver costs a third of a request
(bench http, P7). It knows what the endpoints here use: path, query, header and cookie parameters, one
JSON body, and dependencies one level deep that take the request or such parameters.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from pydantic import BaseModel

from pazpaz.core.db.handle import Db
from pazpaz.core.http import problems
from pazpaz.core.http.bodies import json_body
from pazpaz.core.http.cookies import cookies_of

Source = Callable[[Request], Mapping[str, Any]]
_UNSUPPORTED = tuple(
    f"{kind}_param_name" for kind in ("request", "websocket", "response", "background_tasks")
)


def _sources(dependant: Dependant) -> list[tuple[list[Any], Source]]:
    """Return the kinds of parameters a declaration has, with where each is read."""
    kinds: list[tuple[list[Any], Source]] = [
        (dependant.path_params, lambda request: request.path_params),
        (dependant.query_params, lambda request: request.query_params),
        (dependant.header_params, lambda request: request.headers),
        (dependant.cookie_params, cookies_of),
    ]
    return [(fields, source) for fields, source in kinds if fields]


class Provider:
    """A dependency: an async function of the request, or of such parameters, or a plain one."""

    def __init__(self, dependant: Dependant) -> None:
        """Refuse, at start, what `Arguments` does not know."""
        self.sources, self.request_name = _sources(dependant), dependant.request_param_name
        deeper = dependant.dependencies or dependant.body_params or (self.sources and self.request_name)
        if deeper or dependant.call is None or dependant.name is None:
            raise TypeError(
                f"{dependant.name}: a dependency takes the request or its parameters, nothing deeper"
            )
        self.name = dependant.name
        self._call = dependant.call

    async def provide(self, values: dict[str, Any]) -> Any:
        """Its value, of what it takes."""
        value = self._call(**values)
        return await value if hasattr(value, "__await__") else value


class Arguments:
    """Reads all arguments of one endpoint."""

    def __init__(self, dependant: Dependant, where: str) -> None:
        """`where` names the route in an error at start."""
        if len(dependant.body_params) > 1 or any(getattr(dependant, name) for name in _UNSUPPORTED):
            raise TypeError(f"{where}: declare one JSON body, parameters and dependencies only")
        self._sources = _sources(dependant)
        self._providers = [Provider(item) for item in dependant.dependencies]
        self.parameters = frozenset(
            field.alias for asked in (dependant, *dependant.dependencies) for field in asked.query_params
        )
        self._body: tuple[str, type[BaseModel]] | None = None
        if dependant.body_params:
            field = dependant.body_params[0]
            self._body = (field.name, _model(field.field_info.annotation, where))

    @property
    def model(self) -> type[BaseModel] | None:
        """What the body is read as."""
        return None if self._body is None else self._body[1]

    async def read(self, request: Request) -> dict[str, Any]:
        """Return the arguments by name. Who asks is settled before what they send is looked at."""
        provided = {
            item.name: await item.provide({item.request_name: request})
            for item in self._providers
            if item.request_name is not None
        }
        values, errors = _read(self._sources, request)
        taken = {}
        for item in self._providers:
            if item.request_name is None:
                taken[item], wrong = _read(item.sources, request)
                errors += wrong
        if request.scope["query_string"]:
            errors += self._unknown(request)
        if errors:
            raise problems.invalid(errors)
        for item, given in taken.items():
            provided[item.name] = await item.provide(given)
        if self._body is not None:
            name, model = self._body
            values[name] = await json_body(request, model, _owner(provided))
        return values | provided

    def _unknown(self, request: Request) -> list[dict[str, Any]]:
        """Return what is asked for and would be ignored: a filter that filters nothing shows too much."""
        unknown = request.query_params.keys() - self.parameters
        return [{"loc": ("query", name), "type": problems.UNKNOWN} for name in sorted(unknown)]


def _model(annotation: Any, where: str) -> type[BaseModel]:
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        raise TypeError(f"{where}: the body is one model")
    return annotation


def _owner(provided: Mapping[str, Any]) -> Hashable:
    """Whose turn it is: the practice's that asks, or that of all strangers together."""
    return next((value.actor.workspace_id for value in provided.values() if isinstance(value, Db)), None)


def _read(sources: list[tuple[list[Any], Source]], request: Request) -> tuple[dict[str, Any], list[Any]]:
    values: dict[str, Any] = {}
    errors: list[Any] = []
    for fields, source in sources:
        read, wrong = request_params_to_args(fields, source(request))
        values |= read
        errors += wrong
    return values, errors
