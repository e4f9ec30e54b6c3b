"""dbt as Airflow tasks: one task a model, and whether there is anything to transform.

Models live in ``include/dbt``. Whatever rests on Cosmos' private parts is in ``cosmos_internals`` and nowhere else.
"""
