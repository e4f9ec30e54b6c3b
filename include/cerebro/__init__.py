"""The work of Cerebro Restore, one package a job. Imports point one way, down to ``platform`` (see pyproject.toml)."""
