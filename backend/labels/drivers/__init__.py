"""One folder per kind of gateway; the registry finds them by their manifest."""
