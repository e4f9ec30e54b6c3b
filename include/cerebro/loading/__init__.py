"""From an object in the landing zone to committed rows in ``raw``, one transaction a part.

DuckDB aggregates biometrics; heroes and missions are copied record by record; rejected rows go to quarantine. Not here:
how a file is read (``formats``), and the statements of the ledger (``ledger``).
"""
