"""Pickers, supervisors, devices and channel keys: who may do what."""
