"""What the pipeline leaves behind on workers and in the warehouse, and nobody else removes in time.

Not here: Airflow's own database, which no task can reach (docs/how-to/keep-it-small.md), and data (retention).
"""
