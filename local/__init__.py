"""The stack without Docker: PostgreSQL, S3 and Airflow as processes of this folder, and the commands that drive it.

Code that creates, supervises, queries and ends these processes lives here. The product does not: nothing in `include`,
`dags` or `plugins` may import this package, and nothing here may know how data is loaded or transformed.
"""
