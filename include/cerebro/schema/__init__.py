"""Sets up the warehouse's own schemas and roles, from ``include/sql/schema`` and ``include/sql/migrations``.

Not here: what dbt builds (staging, marts, analytics, operations, snapshots), and rows.
"""
