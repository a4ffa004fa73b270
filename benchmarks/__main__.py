"""`script/bench NAME`: runs one benchmark against servers of its own and prints the result as JSON."""

import json
import sys
from collections.abc import Callable, Sequence

from benchmarks import bigmail, board, ingest, mailboxes, pages, profiling, sweep, worktime
from benchmarks.report import Problem

BENCHMARKS: dict[str, Callable[[Sequence[str]], dict[str, object]]] = {
    "bigmail": bigmail.run,
    "board": board.run,
    "ingest": ingest.run,
    "mailboxes": mailboxes.run,
    "pages": pages.run,
    "profile": profiling.run,
    "sweep": sweep.run,
    "worktime": worktime.run,
}


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] not in BENCHMARKS:
        sys.stderr.write(f"Usage: script/bench {{{','.join(BENCHMARKS)}}} [--help]\n")
        return 2
    try:
        result = BENCHMARKS[arguments[0]](arguments[1:])
    except Problem as problem:
        sys.stderr.write(f"script/bench {arguments[0]}: {problem}\n")
        return 1
    sys.stdout.write(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
