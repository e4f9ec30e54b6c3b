"""What every package uses: settings, names, connections, the store, the warehouse, DuckDB, SQL files, errors.

No step of the pipeline lives here: nothing in it lists, loads, transforms or checks.
"""
