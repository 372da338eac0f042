"""What an API says when it cannot do what was asked: RFC 9457, in words to act on."""

from ninja import Field, Schema
from ninja.errors import HttpError


class Problem(Schema):
    """What went wrong, after RFC 9457; ``title`` is a sentence in Japanese."""

    type: str = Field(description="いつも about:blank です。")
    title: str = Field(description="何がうまくいかなかったか、どうすればよいか。")
    status: int = Field(description="The status of the answer.")
    errors: list[dict[str, str]] | None = Field(
        None, description="読み取れなかった場所と、その理由。"
    )


class Refusal(HttpError):
    """A problem with more to say than its status and title.

    ``members`` join the answer; ``headers`` stand beside it.
    """

    def __init__(self, status: int, title: str, *, headers=None, **members) -> None:
        super().__init__(status, title)
        self.members, self.headers = members, headers or {}
