"""All addresses of the portal, filled in for a record of one's own, another's, none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Address:
    """One pattern: its route, its full name, and the parameters it takes."""

    route: str
    name: str
    parameters: tuple[str, ...]

    def filled(self, values: dict[str, object]) -> str:
        """The path with each parameter replaced; KeyError if one has no value."""
        return "/" + PARAMETER.sub(lambda m: str(values[m["name"]]), self.route)


def plain(pattern) -> str | None:
    """The route of a pattern, or None for a regular expression with groups."""
    route = str(pattern)
    if hasattr(pattern, "_route"):
        return route
    route = route.removeprefix("^").removesuffix("$").replace("\\", "")
    return None if re.search(r"[(*+?|\[]", route) else route


def walk(patterns, prefix: str = "", namespace: str = "") -> Iterator[Address]:
    for item in patterns:
        route = plain(item.pattern)
        if route is None:
            continue
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from walk(item.url_patterns, prefix + route, inner)
        elif isinstance(item, URLPattern):
            full = prefix + route
            names = tuple(m["name"] for m in PARAMETER.finditer(full))
            yield Address(full, f"{namespace}{item.name}", names)


def addresses(under: str) -> list[Address]:
    """Every address whose route begins with *under*, each once."""
    found = walk(get_resolver().url_patterns)
    return list({a.route: a for a in found if a.route.startswith(under)}.values())
