"""Long lists in pieces: a bounded limit, an offset, and links to the pieces around."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

MOST = 400


class Piece(Schema):
    """Which piece of a list is asked for."""

    limit: int = Field(MOST, ge=1, le=MOST, description="一度に読む件数の上限。")
    offset: int = Field(0, ge=0, le=1_000_000, description="はじめから飛ばす件数。")


def piece_of(
    rows: QuerySet | Sequence[Any],
    piece: Piece,
    request: HttpRequest,
    response: HttpResponse,
) -> list[Any]:
    """The piece; headers tell how many there are and where the next ones stand."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    response["X-Total-Count"] = str(total)
    links = []
    if piece.offset + piece.limit < total:
        links.append(("next", piece.offset + piece.limit))
    if piece.offset:
        links.append(("prev", max(0, piece.offset - piece.limit)))
    if links:
        response["Link"] = ", ".join(
            f'<{address_of(request, piece.limit, offset)}>; rel="{rel}"'
            for rel, offset in links
        )
    return list(rows[piece.offset : piece.offset + piece.limit])


def address_of(request: HttpRequest, limit: int, offset: int) -> str:
    """The address asked for, with another piece."""
    query = request.GET.copy()
    query["limit"], query["offset"] = str(limit), str(offset)
    return f"{settings.PUBLIC_URL}{request.path}?{query.urlencode()}"
