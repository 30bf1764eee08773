"""Plays Meituan Shangou: pushes orders, checks signatures, refuses what comes too early, twice or too late."""
