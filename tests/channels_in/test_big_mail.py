"""A mail of 25 MB is read within the memory that issue 3 allows, whatever it is made of. Nothing is timed here."""

import pytest

from benchmarks import bigmail
from channels_in.parsing import pool, spool
from channels_in.parsing.outcomes import Refused, Task, Understood


@pytest.fixture(autouse=True)
def _a_fresh_child():
    pool.POOL.close()
    yield
    pool.POOL.close()


@pytest.mark.parametrize("shape", ["one attachment", "many text parts", "HTML"])
def test_the_parse_child_reads_it_within_its_memory(tmp_path, shape):
    path = tmp_path / "big.eml"
    path.write_bytes(bigmail.SHAPES[shape]())

    with spool.folder() as folder:
        [outcome] = pool.parse([Task("email", path=str(path))], folder=folder)

    assert isinstance(outcome, Understood)
    assert outcome.events[0].subject == "Besar"
    with pool.POOL.child() as child:
        assert bigmail.peak_mb(str(child.pid)) < bigmail.CHILD_MB


def test_a_file_that_is_larger_is_not_even_opened(tmp_path):
    path = tmp_path / "big.eml"
    with path.open("wb") as file:
        file.truncate(bigmail.LARGEST_MAIL + 1)

    with spool.folder() as folder:
        [outcome] = pool.parse([Task("email", path=str(path))], folder=folder)

    assert outcome == Refused("too_large", "26214401 bytes; at most 26214400 are read")
    with pool.POOL.child() as child:
        assert bigmail.peak_mb(str(child.pid)) < 50


def test_the_worker_that_asked_for_it_stays_small():
    peaks = bigmail.run(["--shape", "quoted-printable"])["peaks"]["quoted-printable"]

    assert peaks["worker"] < bigmail.WORKER_MB
    assert peaks["child"] < bigmail.CHILD_MB
