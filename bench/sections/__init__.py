"""The sections of the benchmark: a module each, with NAME, TITLE, TEXT (Markdown, with placeholders) and run(bench)."""
