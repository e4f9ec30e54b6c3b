"""The sample landing zone: realistic, dirty and reproducible.

Only the DAG ``cerebro_sample_data``, tests and the benchmark use it; nothing here is part of the main job.
"""
