"""A server with an HTTP interface, described in one YAML file instead of programmed."""
