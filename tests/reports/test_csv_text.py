"""Tables as files: what they mean stands above them, and what people wrote is never reckoned with (threats.md H14)."""

import csv
import io
from decimal import Decimal

import pytest

from reports.csv_text import csv_text


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_line_that_defines_a_table_stands_above_it_and_every_line_ends_as_rfc_4180_says():
    text = csv_text("Open tickets by owner.", ["Agent", "Open"], [["Dewi", 4], ["Andi", 0]])

    assert text == "Open tickets by owner.\r\nAgent,Open\r\nDewi,4\r\nAndi,0\r\n"


def test_a_table_without_rows_still_says_what_it_would_hold():
    assert read(csv_text("Nothing was late.", ["Agent", "Late"], [])) == [["Nothing was late."], ["Agent", "Late"]]


@pytest.mark.parametrize("written", ["=1+1", "+62812", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=cmd|"/c calc"!A0'])
def test_H14_a_text_that_a_spreadsheet_would_reckon_with_stays_text(written):
    assert read(csv_text("Written", ["Subject"], [[written]]))[2] == [f"'{written}"]


def test_H14_neither_head_nor_definition_is_a_formula():
    definition, head = read(csv_text("=now()", ["=A1"], []))

    assert (definition, head) == (["'=now()"], ["'=A1"])


@pytest.mark.parametrize(("value", "written"), [(-5, "-5"), (1.5, "1.5"), (Decimal("-12000.50"), "-12000.50")])
def test_numbers_stay_numbers(value, written):
    assert read(csv_text("Sums", ["Sum"], [[value]]))[2] == [written]


@pytest.mark.parametrize("written", ['Kata "kutip"', "satu, dua", "baris\nbaru", "Zoë 🙂", "-", "a=b", ""])
def test_what_was_written_is_read_again_as_it_was(written):
    again = read(csv_text("Written", ["Subject", "Count"], [[written, 1]]))[2][0]

    assert again.removeprefix("'") == written
