"""Copy the front-end files that the pages use from node_modules to web/static/vendor; standard library only.

icons.svg holds one symbol for each name in web/icons.txt: an outline icon of Tabler, or a filled one as NAME-filled.
"""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "web" / "static" / "vendor"
FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js",
    "htmx.org/dist/htmx.min.js",
    "idiomorph/dist/idiomorph-ext.min.js",
)
# The maps are not copied, and Django's manifest storage refuses a reference to a file that is not there.
SOURCE_MAP = re.compile(r"^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*\*/)\s*$", re.MULTILINE)
SVG = "http://www.w3.org/2000/svg"
KEPT_ATTRIBUTES = ("viewBox", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin")


def copy_files() -> None:
    for name in FILES:
        source = MODULES / name
        (VENDOR / source.name).write_text(SOURCE_MAP.sub("", source.read_text(encoding="utf-8")), encoding="utf-8")


def symbol(name: str) -> ElementTree.Element:
    folder, stem = ("filled", name.removesuffix("-filled")) if name.endswith("-filled") else ("outline", name)
    drawing = ElementTree.parse(MODULES / "@tabler/icons/icons" / folder / f"{stem}.svg").getroot()
    attributes = {key: value for key in KEPT_ATTRIBUTES if (value := drawing.get(key))}
    element = ElementTree.Element(f"{{{SVG}}}symbol", {"id": name, **attributes})
    element.extend(part for part in drawing if part.get("d") != "M0 0h24v24H0z")  # the invisible frame
    for part in element:
        part.tail = None
    return element


def draw_icons() -> None:
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    names = (ROOT / "web" / "icons.txt").read_text(encoding="utf-8").split()
    sprite.extend(symbol(name) for name in sorted(set(names)))
    ElementTree.ElementTree(sprite).write(VENDOR / "icons.svg", encoding="utf-8")


def main() -> int:
    VENDOR.mkdir(parents=True, exist_ok=True)
    try:
        copy_files()
        draw_icons()
    except FileNotFoundError as error:
        print(f"vendor.py: {error.filename} is missing", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
