"""Everybody who acts in the world."""
