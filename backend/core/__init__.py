"""Tools without domain: database, writer, bus, outbox, errors, journal, logging, metrics."""
