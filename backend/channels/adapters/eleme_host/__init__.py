"""Plays Ele.me retail: pushes commands, shows orders, takes refunds, and checks every sign."""
