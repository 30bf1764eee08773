"""Four ways to pick the same orders in the same store at the same pace: what each costs in minutes and metres."""
