"""What Cerebro shows: the page in the Airflow UI, and the same as a file, report.html.

Reads as an analyst and writes nothing to the warehouse; what is on the page is in ``sections``.
"""
