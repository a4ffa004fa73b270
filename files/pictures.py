"""Pictures of strangers, drawn anew: what comes out was written by us and holds nothing but the picture."""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1_600  # pixels of what is shown
BROKEN = (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, struct.error, zlib.error, MemoryError)


class NotAPicture(Exception):
    """The bytes are no picture that we show; the message says why."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture of ours."""

    content: bytes
    content_type: str


def redrawn(content: bytes) -> Redrawn:
    """The picture, or the first frame of one that moves, without what else its file held. Raises NotAPicture.

    Its size is read before anything is unpacked, so that a small file cannot become a huge picture (threats.md H11).
    """
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=FORMATS) as source:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if source.width * source.height > MOST_PIXELS:
                raise NotAPicture(f"{source.width} x {source.height} pixels are too many")
            source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            return _written(ImageOps.exif_transpose(source))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise NotAPicture("too many pixels") from bomb
    except BROKEN as broken:
        raise NotAPicture("the bytes are no picture that can be read") from broken


def _written(picture: Image.Image) -> Redrawn:
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    plain = picture.convert("RGBA" if transparent else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = io.BytesIO()
    clean = Image.new(plain.mode, plain.size)  # carries no notes of the file it came from
    clean.paste(plain)
    if transparent or picture.mode in ("1", "L", "P"):
        clean.save(target, "PNG")
        return Redrawn(target.getvalue(), "image/png")
    clean.save(target, "JPEG", quality=85)
    return Redrawn(target.getvalue(), "image/jpeg")
