"""Bad (and odd) objects, one file each, and what must become of them: corpus.toml."""
