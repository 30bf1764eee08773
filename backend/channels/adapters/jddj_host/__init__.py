"""Plays JD Daojia: pushes pointers, shows orders, takes adjustments, and checks every signature and clock."""
