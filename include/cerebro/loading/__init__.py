"""From an object in the landing zone to committed rows in ``raw``, one transaction a part.

Biometrics are aggregated by DuckDB, heroes and missions are copied record by record; rejected rows go to quarantine.
"""
