"""Finds a request's route by one look-up instead of trying every route's pattern in turn."""

from typing import Any

from starlette.routing import BaseRoute

from pazpaz.core.base.errors import MethodNotAllowed
from pazpaz.core.http.routing import EdgeRoute

Shape = tuple[str, ...]
_UUID_LENGTH = 36
_PARAMETER = "{}"


class Table:
    """Routes by method and path, with UUIDs as wildcards; what it does not know, the router decides."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        """Take every EdgeRoute whose path parameters are segments, whole or but for an ending such as `.pdf`."""
        self._routes: dict[Shape, dict[str, tuple[EdgeRoute, list[tuple[int, str]]]]] = {}
        for route in routes:
            if isinstance(route, EdgeRoute):
                self._add(route)
        for shape, methods in self._routes.items():
            if (post := methods.get("POST")) is not None:
                post[0].locates = post[0].creates and "GET" in self._routes.get((*shape, _PARAMETER), {})

    def _add(self, route: EdgeRoute) -> None:
        parts = route.path_format.split("/")
        names = [(at, part[1:].partition("}")[0]) for at, part in enumerate(parts) if part.startswith("{")]
        shape = tuple(_PARAMETER + part.partition("}")[2] if part.startswith("{") else part for part in parts)
        for method in route.methods or ():
            self._routes.setdefault(shape, {})[method] = (route, names)

    def find(self, method: str, path: str) -> tuple[EdgeRoute, dict[str, Any]] | None:
        """Find the route and its path parameters; None lets the router look. MethodNotAllowed names what is allowed."""
        parts = path.split("/")
        shape = tuple(
            _PARAMETER + part[_UUID_LENGTH:]
            if part[8:24:5] == "----" and (len(part) == _UUID_LENGTH or part[_UUID_LENGTH:].startswith("."))
            else part
            for part in parts
        )
        methods = self._routes.get(shape)
        if methods is None:
            return None
        if method not in methods:
            allowed = {*methods, "HEAD"} if "GET" in methods else {*methods}
            raise MethodNotAllowed(headers={"Allow": ", ".join(sorted(allowed))})
        route, names = methods[method]
        return route, {name: parts[at][:_UUID_LENGTH] for at, name in names}
