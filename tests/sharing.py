"""How two processes share the looks at the pages: all that is asked of one state in one process, so that each state is
arrived at once. xdist's own groups do not reach pytest 9, which no longer lets it rename its items.
"""

import re
from zlib import crc32

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

STATE = re.compile(r"\[(?P<name>.+?)(?:-(?:id|en|[0-9]+))?\]$")
HALVES = 2


class ByState(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        found = STATE.search(nodeid)
        return f"half {crc32(found['name'].encode()) % HALVES}" if found else nodeid
