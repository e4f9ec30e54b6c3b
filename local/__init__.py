"""The stack without Docker: PostgreSQL, S3 and Airflow as processes of this folder."""
