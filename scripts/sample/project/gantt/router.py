"""Which route answers a request. Since version 15, what a path captures comes as an awaitable."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Response:
    status: int
    body: object


class Params:
    """What a route's pattern captured: `{"id": ...}` for `/tasks/[id]`, once awaited."""

    def __init__(self, match):
        self._match = match

    def __await__(self):
        return self._captured().__await__()

    async def _captured(self):
        return self._match.groupdict()


class Router:
    def __init__(self):
        self._routes = []

    def add(self, method, pattern, route):
        """Has `await route(params, body)` answer a method on paths such as `/tasks/[id]`."""
        path = re.compile(re.sub(r"\[(\w+)\]", r"(?P<\1>[^/]+)", pattern))
        self._routes.append((method, path, route))

    async def handle(self, method, path, body=None):
        for its_method, its_path, route in self._routes:
            match = its_path.fullmatch(path)
            if match and method == its_method:
                return await route(Params(match), body)
        return Response(404, {"error": f"nothing answers {method} {path}"})
