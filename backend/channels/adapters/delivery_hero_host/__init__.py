"""Plays Delivery Hero: pushes orders with the agreed secret, takes baskets back, and refuses what comes too late."""
