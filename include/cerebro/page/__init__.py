"""What Cerebro shows: the page in the Airflow UI, and the same as a file, report.html."""
