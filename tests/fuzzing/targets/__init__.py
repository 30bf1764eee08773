"""One file per parser: `SEEDS`, and `try_one(raw)`, which lets the parser's own error pass and no other."""
