"""Orders and order lines: accept, follow, complete, cancel."""
