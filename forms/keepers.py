"""What holds answers back from the retention of their form.

Answers that became a matter of their own (a referral, a case) are kept by the rules of
that matter. Apps above register here in ``AppConfig.ready``: so forms never asks them.
"""

from collections.abc import Callable, Iterable

from django.db.models import QuerySet

Keeper = Callable[[QuerySet], Iterable[int]]

_keepers: dict[str, Keeper] = {}


def register(name: str) -> Callable[[Keeper], Keeper]:
    """Let the decorated function name those of some submissions that it keeps.

    It is given a queryset of submissions and returns primary keys.
    """

    def decorator(keeper: Keeper) -> Keeper:
        if name in _keepers:
            raise ValueError(f"A keeper named {name!r} exists already.")
        _keepers[name] = keeper
        return keeper

    return decorator


def kept(submissions: QuerySet) -> set[int]:
    """The keys of those submissions that some matter keeps."""
    return {key for keeper in _keepers.values() for key in keeper(submissions)}
