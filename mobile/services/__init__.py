"""The edges of the phone: network, memory, scanner, sound."""
