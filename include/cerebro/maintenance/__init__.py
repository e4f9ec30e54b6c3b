"""What operators do to a warehouse in use: the actions that change what is in force by other ways than a delivery.

Each action is a folder here, a folder of ``include/sql/maintenance``, a DAG and a page of ``docs/how-to``. Every one
leaves a row in ``meta.maintenance_actions`` (``audit.py``).
"""
