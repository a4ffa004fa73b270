"""What the files around the code promise to whoever clones the project."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_variable_of_the_environment_is_in_the_example():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "helpdesk").rglob("*.py"))
    names = set(re.findall(r"\b(?:text|words|flag|required)\(\"([A-Z_]+)\"", code)) - {
        "DEMO_STILL"
    }  # script/demo --still

    assert len(names) > 10
    assert names <= set(re.findall(r"^([A-Z_]+)=", read(".env.example"), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_addresses(lock):
    pins = re.findall(r"^[\w.-]+(?:\[.+\])?==.*?(?=^\S|\Z)", read(lock), re.MULTILINE | re.DOTALL)

    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in read(lock)


def test_the_front_end_lock_holds_hashes_and_no_addresses():
    packages = json.loads(read("package-lock.json"))["packages"]

    assert all("integrity" in package for name, package in packages.items() if name)
    assert not any("resolved" in package for package in packages.values())


def test_the_sprite_has_every_icon_that_is_named():
    names = read("web/icons.txt").split()
    sprite = read("web/static/vendor/icons.svg")

    assert names == sorted(set(names))
    assert [name for name in names if f'<symbol id="{name}"' not in sprite] == []


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "many"}, "PORT must be a number from 1 to 65535, not 'many'"),
        ({"PORT": "99999"}, "PORT must be a number from 1 to 65535, not '99999'"),
        ({}, "unknown option --loud"),
    ],
)
def test_the_demo_refuses_in_one_sentence(environment, sentence):
    command = ["bash", str(ROOT / "script" / "demo"), *([] if environment else ["--loud"])]

    refused = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)

    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert sentence in refused.stderr


def test_the_demo_says_when_its_port_is_taken():
    holder = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", holder], stdin=-1, stdout=-1, text=True) as server:
        assert server.stdout
        port = server.stdout.readline().strip()
        command = ["bash", str(ROOT / "script" / "demo")]
        refused = subprocess.run(command, env=os.environ | {"PORT": port}, capture_output=True, text=True, check=False)
        server.communicate("\n")

    assert refused.returncode == 1
    assert f"port {port} is in use" in refused.stderr
