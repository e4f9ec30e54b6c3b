"""Sets up the warehouse's own roles, schemas, tables and views, from ``include/sql``: schema, operations, migrations.

Not here: what dbt builds (staging, marts, analytics, snapshots, ``operations.readings_by_hour``), and rows.
"""
