"""The house keeps its own rules: floors, sizes, and the ways things are reached."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from helpdesk.errands import HANDLERS

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    {"helpdesk"},
    {"demo"},
    {"api", "desk", "portal"},
    {"web"},
    {"reports"},
    {"channels_in"},
    {"tickets"},
    {"channels_out"},
    {"notices"},
    {"policies", "customers"},
    {"staff"},
    {"files"},
    {"core"},
]
HEIGHT = {app: len(FLOORS) - place for place, floor in enumerate(FLOORS) for app in floor}
FACES = ("api", "desk", "portal", "web")
GUARDED = ("Ticket", "Message", "Customer", "Attachment", "TimelineEntry", "Arrival", "Dispatch", "Notice")


def sources(*names: str) -> Iterator[tuple[str, ast.Module, str]]:
    for app in names or HEIGHT:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and "node_modules" not in path.parts:
                text = path.read_text()
                yield str(path.relative_to(ROOT)), ast.parse(text), text


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_foreign_key_points_down_or_stays_on_its_floor():
    up = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        for field in [*model._meta.get_fields(), *model._meta.many_to_many]
        if isinstance(field, ForeignKey | ManyToManyField)
        and field.related_model._meta.app_label in HEIGHT
        and HEIGHT[field.related_model._meta.app_label] > HEIGHT[model._meta.app_label]
    ]
    assert up == []


def migrations_named_in(tree: ast.Module) -> Iterator[str]:
    """The apps that a migration depends on."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "dependencies"):
            continue
        for each in ast.walk(node.value):
            if isinstance(each, ast.Tuple) and isinstance(each.elts[0], ast.Constant):
                yield str(each.elts[0].value)


def test_every_migration_depends_on_its_own_floor_or_lower_ones():
    up = [
        f"{path} -> {name}"
        for app, height in HEIGHT.items()
        for path in (ROOT / app / "migrations").glob("0*.py")
        for name in migrations_named_in(ast.parse(path.read_text()))
        if HEIGHT.get(name, 0) > height
    ]
    assert up == []


def test_files_have_at_most_300_lines_and_tests_at_most_400():
    long = [f"{name}: {text.count(chr(10))}" for name, _tree, text in sources() if text.count("\n") > 300]
    long += [f"{path}" for path in (ROOT / "tests").rglob("*.py") if path.read_text().count("\n") > 400]
    assert long == []


def test_functions_have_at_most_40_lines():
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree, _text in sources()
        for node in functions(tree)
        if (node.end_lineno or 0) - node.lineno + 1 > 40
    ]
    assert long == []


def depth(node: ast.AST, level: int = 0) -> int:
    deeper = isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.AsyncFor | ast.AsyncWith)
    below = level + deeper
    levels = [below]
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        is_elif = isinstance(node, ast.If) and name == "orelse" and len(children) == 1
        inner = level if is_elif and isinstance(children[0], ast.If) else below
        levels += [depth(child, inner) for child in children if isinstance(child, ast.AST)]
    return max(levels)


def test_control_flow_is_at_most_three_deep():
    deep = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree, _text in sources()
        for node in functions(tree)
        if depth(node) > 3
    ]
    assert deep == []


def test_nobody_listens_to_signals():
    listening = [
        f"{name}:{node.lineno}"
        for name, tree, text in sources()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".signals"))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "receiver")
    ]
    assert listening == []


def test_only_tasks_import_inside_functions():
    hidden = [
        f"{name}:{inner.lineno}"
        for name, tree, _text in sources()
        if not name.endswith("tasks.py")
        for node in functions(tree)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def asked_directly(tree: ast.Module) -> Iterator[str]:
    """Uses of Model.objects that do not begin with visible_to, on models that have it."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)):
            continue
        manager = node.value
        guarded = manager.attr == "objects" and isinstance(manager.value, ast.Name) and manager.value.id in GUARDED
        if guarded and node.attr != "visible_to":
            yield f"{node.lineno} {ast.unparse(manager)}.{node.attr}"


def test_faces_reach_objects_only_through_visible_to():
    around = [f"{name}:{use}" for name, tree, _text in sources(*FACES) for use in asked_directly(tree)]
    assert around == []


def constants_of(tree: ast.Module) -> dict[str, object]:
    return {
        ast.unparse(node.targets[0]): node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }


def test_every_errand_that_is_asked_for_has_exactly_one_handler():
    asked = set()
    for _name, tree, _text in sources():
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        kinds = [call.args[0] for call in calls if ast.unparse(call.func) in ("errands.ask", "errands.ask_all", "ask")]
        asked |= {constants_of(tree).get(ast.unparse(kind), ast.unparse(kind)) for kind in kinds}
    assert asked == set(HANDLERS)


@pytest.mark.parametrize("app", sorted(HEIGHT))
def test_every_app_of_the_house_exists(app):
    assert (ROOT / app / "__init__.py").exists()
