"""Strangers' bytes are taken apart in a process of its own: no Django, no secrets, little memory, and it may be killed.

The worker (pool.py, process.py, spool.py) hands bytes or the path of a file over a pipe and gets events back; the child
(child.py, limits.py) runs the adapters. Both ends share wire.py, codec.py and outcomes.py.
"""
