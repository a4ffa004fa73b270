"""script/messages, run on a small project of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "script" / "messages.py"
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext_lazy, pgettext
TITLE = _("New ticket")
COUNT = ngettext_lazy("%(n)d mail", "%(n)d mails", "n")
VERB = pgettext("verb", "Open")
"""
TEMPLATE = """
{% load i18n %}
    <h1 title='it"s'>{% translate "Hello" %} {{ name|default:_("nobody") }} ((( '''</h1>
  {% blocktranslate trimmed with who=name %}
      {{ who }} wrote
  {% endblocktranslate %} {# it's a comment #}
"""


@pytest.fixture
def project(tmp_path):
    for name, content in {"desk/words.py": CODE, "desk/templates/desk/page.html": TEMPLATE}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (tmp_path / "script").mkdir()
    shutil.copy(TOOL, tmp_path / "script")
    return tmp_path


def messages(project, *options):
    command = [sys.executable, str(project / "script" / "messages.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def catalogue(project):
    return project / "locale" / "id" / "LC_MESSAGES" / "django.po"


def translate_all(project):
    text = catalogue(project).read_text()
    head, body = text.split("\n\n", 1)
    catalogue(project).write_text(head + "\n\n" + body.replace('""', '"terjemahan"'))


def test_words_of_code_and_templates_come_into_the_catalogue(project):
    messages(project)

    text = catalogue(project).read_text()
    for words in ("New ticket", "%(n)d mails", "Open", "Hello", "nobody", "%(who)s wrote"):
        assert f'"{words}"' in text


def test_the_catalogue_changes_only_with_the_words(project):
    messages(project)
    translate_all(project)
    before = catalogue(project).read_text()

    (project / "desk" / "words.py").write_text("# moved\n\n\n" + CODE)
    messages(project)

    assert catalogue(project).read_text() == before


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("msgid", "msgid"), "untranslated: 'New ticket'"),
        (("New ticket", "Old ticket"), "obsolete, run script/messages: 'Old ticket'"),
        (("Hello", "Goodbye"), "missing, run script/messages: 'Hello'"),
    ],
)
def test_the_check_names_what_is_wrong(project, change, complaint):
    messages(project)
    catalogue(project).write_text(catalogue(project).read_text().replace(*change))

    found = messages(project, "--check")

    assert (found.returncode, complaint in found.stdout) == (1, True)


def test_a_placeholder_that_the_source_lacks_is_found(project):
    messages(project)
    translate_all(project)
    catalogue(project).write_text(catalogue(project).read_text().replace('"terjemahan"', '"%(other)s"', 1))

    assert "placeholder" in messages(project, "--check").stdout


def test_a_whole_translation_passes_and_is_compiled(project):
    messages(project)
    translate_all(project)

    assert messages(project, "--check").returncode == 0
    assert messages(project, "--compile").returncode == 0
    assert catalogue(project).with_suffix(".mo").stat().st_size > 0
