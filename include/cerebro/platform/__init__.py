"""The ground that everything stands on: settings, connections, the store, the warehouse, DuckDB, SQL files, errors.

No business of the pipeline lives here: nothing in it knows a dataset, a table or a task.
"""
