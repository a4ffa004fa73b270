"""The benchmarks of docs/performance.md, run by script/bench. Not an app: nothing of the product imports it."""
