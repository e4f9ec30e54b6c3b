"""The product: Python in ``cerebro``, SQL in ``sql``, the dbt project in ``dbt``."""
