"""The other side of HubRise: a simulated location with one connection, its callback, events and orders."""
