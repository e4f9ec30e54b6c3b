"""The Airflow objects that the DAGs share: assets, links into the Airflow UI, retries and timeouts.

No work is done here, and nothing here reads the store or the warehouse.
"""
