"""`python -m benchmarks.inside MODULE ...`: the part of a benchmark that works on the product's own code and rows."""

import importlib
import json
import sys

import django

from helpdesk import environment

if __name__ == "__main__":
    environment.load()
    django.setup()
    result = importlib.import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:])
    sys.stdout.write(json.dumps(result) + "\n")
