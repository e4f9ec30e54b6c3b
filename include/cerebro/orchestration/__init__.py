"""What the DAGs share that is Airflow's own: the names of assets, and links into the Airflow UI.

No work is done here, and nothing here reads the store or the warehouse.
"""
