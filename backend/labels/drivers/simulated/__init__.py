"""Labels that exist only in memory: they answer, fail or stay silent, and show what a person would see."""
