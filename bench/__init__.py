"""The benchmark, `make bench`: speed and memory of loads, models and runs, with targets."""
