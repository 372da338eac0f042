"""Indexes that cost nothing where there is nothing to find."""

from django.db import models


def filled_only(field: str, name: str, *more: str) -> models.Index:
    """An index of the rows that have a value in *field*, for columns mostly empty.

    Whatever asks for a value is answered from it, and a row without one is not written
    into it. Take ``db_index=False`` with a foreign key, or there are two. *more* are
    the fields in whose order those of one value stand.
    """
    is_filled = models.Q(**{f"{field}__isnull": False})
    return models.Index(fields=[field, *more], name=name, condition=is_filled)
