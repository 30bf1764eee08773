"""Delivery Hero's quick commerce (Glovo, foodpanda, talabat and more): partners pick, and put the basket back."""
