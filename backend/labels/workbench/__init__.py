"""What the test beds of drivers share: virtual time, servers on real sockets, and requests that are counted."""
