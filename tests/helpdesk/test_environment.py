import os

import pytest

from helpdesk import environment


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project directory and an environment that is put back afterwards."""
    before = dict(os.environ)
    for name in ("COLOUR", "VAR_DIR"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    os.environ.clear()
    os.environ.update(before)


def test_lines_comments_and_quotes_are_understood():
    text = "# ours\nA=1\nexport B = two words \nC='it is # kept'\nD=\"x\" # said\nE=a=b # said\n\nnonsense\n"

    assert environment.variables(text) == {"A": "1", "B": "two words", "C": "it is # kept", "D": "x", "E": "a=b"}


def test_the_project_s_file_is_read(project):
    (project / ".env").write_text("COLOUR=red\n")

    environment.load(project)

    assert environment.text("COLOUR") == "red"


def test_what_is_already_set_wins(project):
    (project / ".env").write_text("COLOUR=red\n")
    os.environ["COLOUR"] = "blue"

    environment.load(project)

    assert environment.text("COLOUR") == "blue"


def test_without_a_file_of_the_project_the_demo_s_own_is_read(project):
    (project / "var").mkdir()
    (project / "var" / "demo.env").write_text("COLOUR=green\n")

    environment.load(project)

    assert environment.text("COLOUR") == "green"


def test_the_demo_s_file_is_not_mixed_with_the_project_s(project):
    (project / "var").mkdir()
    (project / "var" / "demo.env").write_text("COLOUR=green\n")
    (project / ".env").write_text("SHAPE=round\n")

    environment.load(project)

    assert environment.text("COLOUR", "none") == "none"


@pytest.mark.parametrize(("written", "meant"), [("", False), ("true", True), ("1", True), ("No", False)])
def test_a_flag_is_true_or_false(project, written, meant):
    os.environ["COLOUR"] = written

    assert environment.flag("COLOUR") is meant


def test_a_flag_that_is_neither_stops_the_start(project):
    os.environ["COLOUR"] = "perhaps"

    with pytest.raises(environment.WrongSetUp, match="COLOUR"):
        environment.flag("COLOUR")


def test_words_are_separated_by_commas(project):
    os.environ["COLOUR"] = "red, green,,blue "

    assert environment.words("COLOUR") == ["red", "green", "blue"]
