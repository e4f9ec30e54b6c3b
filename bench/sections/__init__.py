"""One module for each section of the benchmark, with NAME, TITLE and run(bench)."""
