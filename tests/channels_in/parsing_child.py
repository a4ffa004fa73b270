"""A parse child that also reads what no real mail should be able to do: hang, loop, die, take too much memory."""

import errno
import os
import sys
import time
from collections.abc import Iterator

from channels_in.adapters import ADAPTERS
from channels_in.adapters.email import EmailAdapter
from channels_in.events import InboundEvent
from channels_in.parsing.child import main


class Poisoned(EmailAdapter):
    def parse(self, body: bytes) -> Iterator[InboundEvent]:
        if b"X-Poison: hang" in body:
            time.sleep(3600)
        if b"X-Poison: loop" in body:
            while True:
                pass
        if b"X-Poison: die" in body:
            os._exit(3)
        if b"X-Poison: grow" in body:
            bytes(1024**3)
        if b"X-Poison: full" in body:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if b"X-Poison: raise" in body:
            raise KeyError("an error of ours")
        return super().parse(body)


if __name__ == "__main__":
    sys.exit(main({**ADAPTERS, "email": Poisoned()}))
