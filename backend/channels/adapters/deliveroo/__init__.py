"""Deliveroo: the Picking API for grocery partners, where an order is accepted once it is picked."""
