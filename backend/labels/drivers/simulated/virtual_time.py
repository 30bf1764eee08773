"""The virtual labels' time is that of every test bed."""

from backend.labels.workbench.virtual_time import SETTLE_ROUNDS, VirtualTime

__all__ = ["SETTLE_ROUNDS", "VirtualTime"]
