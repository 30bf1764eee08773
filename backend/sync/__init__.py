"""Phones: what they ask is applied once, what they must know reaches them, whatever the network does."""
