"""The Airflow objects that the DAGs share: assets, and links into the Airflow UI.

No work is done here, and nothing here reads the store or the warehouse.
"""
