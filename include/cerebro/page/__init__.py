"""The page Cerebro in the Airflow UI, and the same page as a file, report.html.

It reads the warehouse as an analyst and never writes to it. Each section is a module of ``sections``; pipeline work
belongs in the other packages.
"""
