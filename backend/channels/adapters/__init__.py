"""One folder per channel. The registry finds them by their manifest; nobody imports them by name."""
