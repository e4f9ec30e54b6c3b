"""The Python of Cerebro Restore, one package a job.

Imports point one way, down to ``platform``: the layers are in pyproject.toml, and ``lint-imports`` checks them.
"""
