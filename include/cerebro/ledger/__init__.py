"""The ledger, ``raw.loads`` and the tables beside it: what was ingested, what was rejected, what failed.

Its functions take an open cursor and never commit: a load and its ledger rows share one transaction.
"""
