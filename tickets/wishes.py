"""Whether a customer asks for somebody who may decide. Pure; words of both languages."""

import re

READ = 4000  # characters of what was newly said
SUPERIOR = (
    r"(?:atasan(?:nya|mu)?|supervisor|spv|manaj?er|pimpinan(?:nya)?|kepala (?:cabang|bagian|layanan)|bos(?:nya)?"
    r"|penanggung ?jawab(?:nya)?|direktur|manager|boss|superior|team lead|in charge|somebody senior|someone senior)"
)
WANT = (
    r"(?:mau|ingin|minta|mohon|tolong|hubungkan|sambungkan|panggil(?:kan)?|bicara|ngomong|berbicara|teruskan|bertemu"
    r"|ketemu|eskalasi(?:kan)?|want|need|speak|talk|put me through|connect me|get me|let me|escalate|ask for|demand)"
)
BETWEEN = r"(?:[\s,]+[\w']+){0,5}[\s,]+"
ASKED = re.compile(rf"\b{WANT}\b{BETWEEN}{SUPERIOR}\b")
NAMED = re.compile(rf"{SUPERIOR}\b")  # begins with letters, and texts are folded: so Python skips to the next candidate
NOT_WANTED = re.compile(r"\b(?:tidak|bukan|jangan|belum|tak|gak|nggak|don't|do not|no need to|not)\s+(?:perlu\s+)?$")


def wants_a_superior(text: str) -> bool:
    """A wish and somebody who may decide in one breath: *saya mau bicara dengan atasan Anda*. A quick look comes first.

    A superior who is only mentioned, or explicitly not wanted, is no wish.
    """
    said = text[:READ].casefold()
    if not NAMED.search(said):
        return False
    return any(
        not NOT_WANTED.search(said[max(0, found.start() - 20) : found.start()]) for found in ASKED.finditer(said)
    )
