"""Whether labels are lit in time: a busy hour of the demo store with several kinds of labels, watched at every stop."""
