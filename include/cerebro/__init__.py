"""The work of Cerebro Restore: landing zone to raw, and what the DAGs need around dbt."""
