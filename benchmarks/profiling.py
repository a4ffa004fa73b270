"""Where the intake's time goes: corpus mails stored and worked off in one process under cProfile, by function."""

import argparse
import cProfile
import json
import pstats
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpus import MAILBOX, write_corpus
from benchmarks.engines import PostgresEngine
from benchmarks.report import ROOT, machine

SHARES = {
    "parse (waiting for the parse child)": "channels_in/parsing/pool.py:parse",
    "store.put (files)": "files/services/store.py:put",
    "judge": "channels_in/services/judging.py:judge",
    "resolve identities": "customers/services/identities.py:resolve",
    "threading.find": "channels_in/services/threading.py:find",
    "incoming": "channels_in/services/translating.py:incoming",
    "take_in (tickets)": "tickets/services/inward/inbound.py:take_in",
    "of it acknowledgement.queue": "tickets/services/outward/acknowledgement.py:queue",
    "of it deadlines.begin": "tickets/services/clocks/deadlines.py:begin",
    "of it deadlines.follow": "tickets/services/clocks/deadlines.py:follow",
    "of all: bulk.insert": "core/bulk.py:insert",
    "of all: statements": "psycopg/cursor.py:execute",
}


def run(arguments: Sequence[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="script/bench profile", description=__doc__)
    parser.add_argument("--mails", type=int, default=4000)
    options = parser.parse_args(arguments)
    about = machine()
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)
        mails = write_corpus(scratch / "corpus", mails=options.mails)
        installation = PostgresEngine(scratch).fresh()
        paths = scratch / "paths.json"
        paths.write_text(json.dumps([str(mail.path) for mail in mails]))
        found = installation.inside("profiling", str(paths))
    return {"what": "share of the intake's time, under cProfile", "n": options.mails, **found, **about}


def main(arguments: Sequence[str]) -> dict[str, object]:
    """Inside the product: store the mails of the list in the file, work them off, return shares in percent."""
    from channels_in.services import intake, ledger  # noqa: PLC0415 (Django is set up only here)
    from core.clock import database_now  # noqa: PLC0415
    from policies.models import Channel  # noqa: PLC0415

    bodies = [Path(path).read_bytes() for path in json.loads(Path(arguments[0]).read_text())]
    mailbox = Channel.objects.get(address=MAILBOX)
    for start in range(0, len(bodies), intake.BATCH):
        ledger.store(mailbox, bodies[start : start + intake.BATCH], now=database_now())
    profile = cProfile.Profile()
    while batch := intake.claim_batch(now=database_now()):
        profile.enable()
        intake.process(batch, now=database_now())
        profile.disable()
    return _shares(pstats.Stats(profile))


def _shares(stats: pstats.Stats) -> dict[str, object]:
    total: float = stats.total_tt  # type: ignore[attr-defined]
    spent: dict[str, float] = {}
    for (file, _line, function), numbers in stats.stats.items():  # type: ignore[attr-defined]
        name = f"{file.rpartition('site-packages/')[2].removeprefix(f'{ROOT}/')}:{function}"
        spent[name] = spent.get(name, 0.0) + numbers[3]
    shares = {name: round(100 * spent.get(place, 0.0) / total, 1) for name, place in SHARES.items()}
    return {"percent": shares, "seconds": round(total, 2)}
