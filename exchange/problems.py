"""What an API says when it cannot do what was asked: RFC 9457, in words to act on."""

from ninja.errors import HttpError


class Problem(HttpError):
    """A refusal with more to say than its status and title.

    ``members`` join the answer; ``headers`` stand beside it.
    """

    def __init__(self, status: int, title: str, *, headers=None, **members) -> None:
        super().__init__(status, title)
        self.members, self.headers = members, headers or {}
