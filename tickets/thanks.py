"""Whether a message says thank you and nothing else. A proposal for a person, never a decision. Pure."""

import re

LONGEST = 150
THANKS = re.compile(
    r"\b(terima ?kasih|terimakasih|makasih|makasi|trims|trimakasih|tengkyu|nuhun|suwun|"
    r"thank you|thanks|thank u|thx|tq|ty|cheers|appreciate)\b"
)
STILL = re.compile(
    r"\b(tapi|tetapi|namun|masih|belum|tidak|nggak|ngga|gak|ga|kok|kenapa|mengapa|kapan|kecewa|lagi lagi|mohon|tolong|"
    r"mati|rusak|lambat|salah|"
    r"but|still|not|never|however|yet|again|why|when|problem|issue|please|unfortunately|wrong|broken)\b"
)


def is_just_thanks(text: str) -> bool:
    """Short, thankful, without a question and without a word that something is still open."""
    line = " ".join(text.lower().split())
    if len(line) > LONGEST or "?" in line or "n't" in line:
        return False
    return bool(THANKS.search(line)) and not STILL.search(line)
