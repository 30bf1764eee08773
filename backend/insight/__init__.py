"""Pick times, key figures and the live board: what a supervisor sees of the day."""
