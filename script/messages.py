"""Collect what the code and the templates say into locale/*/LC_MESSAGES/django.po; run as script/messages.

Without an option the catalogues are brought up to date: new strings come in untranslated, gone ones go, the rest stays.
--check    changes nothing; lists every missing, obsolete, untranslated or wrongly filled-in string and fails on any
--compile  writes django.mo beside each catalogue
"""

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"id": "nplurals=1; plural=0;"}  # Babel does not know that Indonesian has one plural form
OUTSIDE = {".venv", "node_modules", "var", "tests", "script", "benchmarks", "locale", "docs"}
KEYWORDS = dict(DEFAULT_KEYWORDS) | {
    f"{name}{ending}": DEFAULT_KEYWORDS[name]
    for name in ("gettext", "ngettext", "pgettext", "npgettext")
    for ending in ("_lazy", "_noop")
}


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that may speak, with its text as Python."""
    for path in sorted(ROOT.glob("*/**/*")):
        parts = path.relative_to(ROOT).parts
        if OUTSIDE.intersection(parts) or "migrations" in parts or not path.is_file():
            continue
        if path.suffix == ".py":
            yield path, path.read_text(encoding="utf-8")
        elif "templates" in parts and path.suffix in {".html", ".txt"}:
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            yield path, "\n".join(line.lstrip() for line in code.splitlines())  # its indentation is not Python's


def collected() -> Catalog:
    catalogue = Catalog()
    for path, code in sources():
        stream = io.BytesIO(code.encode())
        try:
            for _line, text, _comments, context in extract("python", stream, KEYWORDS, options={"encoding": "utf-8"}):
                catalogue.add(text, context=context)
        except (SyntaxError, ValueError) as error:
            raise SystemExit(f"messages: cannot read {path.relative_to(ROOT)}: {error}") from error
    return catalogue


def stored(language: str) -> Catalog:
    path = catalogue_path(language)
    content = path.read_bytes() if path.exists() else header(language)
    return read_po(io.BytesIO(content), locale=language)


def header(language: str) -> bytes:
    lines = [
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Language: {language}",
        f"Plural-Forms: {LANGUAGES[language]}",
    ]
    return "\n".join(['msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in lines), "", ""]).encode()


def store(catalogue: Catalog, language: str) -> None:
    """Sorted, without dates and places: a change of the file is a change of words."""
    body = io.BytesIO()
    write_po(body, catalogue, width=120, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header(language) + body.getvalue())


def update() -> int:
    found = collected()
    for language in LANGUAGES:
        catalogue = stored(language)
        catalogue.update(found, no_fuzzy_matching=True)
        store(catalogue, language)
        untranslated = sum(not is_translated(message) for message in catalogue if message.id)
        print(f"{language}: {len(catalogue)} strings, {untranslated} untranslated")
    return 0


def is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return all(texts) and not message.fuzzy


def complaints(found: Catalog, catalogue: Catalog) -> Iterator[str]:
    wanted = {(message.context, message.id) for message in found if message.id}
    kept = {(message.context, message.id): message for message in catalogue if message.id}
    for _context, text in sorted(wanted - kept.keys(), key=repr):
        yield f"missing, run script/messages: {text!r}"
    for _context, text in sorted(kept.keys() - wanted, key=repr):
        yield f"obsolete, run script/messages: {text!r}"
    for key in sorted(wanted & kept.keys(), key=repr):
        if not is_translated(kept[key]):
            yield f"untranslated: {key[1]!r}"
        yield from (f"{error}: {key[1]!r}" for error in kept[key].check(catalogue))


def check() -> int:
    found = collected()
    lines = [f"{language}: {line}" for language in LANGUAGES for line in complaints(found, stored(language))]
    print("\n".join(lines) or "Every string is translated.")
    return 1 if lines else 0


def compile_all() -> int:
    for language in LANGUAGES:
        if catalogue_path(language).exists():
            compiled = catalogue_path(language).with_suffix(".mo")
            fresh = compiled.with_suffix(".mo.new")
            with fresh.open("wb") as stream:
                write_mo(stream, stored(language))
            fresh.replace(compiled)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/messages", description=__doc__.splitlines()[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="fail on any string that is not translated")
    mode.add_argument("--compile", action="store_true", help="write the .mo files")
    options = parser.parse_args()
    if options.check:
        return check()
    return compile_all() if options.compile else update()


if __name__ == "__main__":
    sys.exit(main())
