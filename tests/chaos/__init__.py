"""Seeded faults while simulated customers and agents talk, and ledgers kept outside that must agree afterwards.

`python -m tests.chaos --seed N --messages M` (`make chaos`); the short form is test_chaos.py. docs/faults.md says more.
"""
