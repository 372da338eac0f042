"""Pictures for the reader's screen: several widths, known sizes, no broken page."""

import logging
from typing import NamedTuple

logger = logging.getLogger(__name__)

WIDTHS = (320, 640, 960, 1280)
SIZES = "(min-width: 48rem) 46rem, 100vw"


class Shown(NamedTuple):
    """What an ``img`` needs; without a source only the words are shown."""

    src: str
    srcset: str
    width: int
    height: int
    alt: str


def shown(image) -> Shown | None:
    """The renditions of an image, made at its first use.

    A file that is gone or no picture must not cost the reader the page: the words that
    stand for the picture are shown instead, and the log names the image's number.
    """
    if image is None:
        return None
    alt = getattr(image, "contextual_alt_text", None) or ""
    try:
        made = [image.get_rendition(f"width-{width}") for width in WIDTHS]
    except Exception as error:  # noqa: BLE001  every library of images has errors of its own
        logger.error("Image %s cannot be shown: %s", image.pk, type(error).__name__)
        return Shown("", "", 0, 0, alt)
    by_width = {rendition.width: rendition for rendition in made}
    largest = by_width[max(by_width)]
    return Shown(
        src=by_width[min(by_width, key=lambda width: abs(width - 640))].url,
        srcset=", ".join(f"{by_width[w].url} {w}w" for w in sorted(by_width)),
        width=largest.width,
        height=largest.height,
        alt=alt,
    )
