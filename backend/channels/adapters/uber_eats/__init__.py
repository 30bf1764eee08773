"""Uber Eats for retailers: a pointer comes, the order is read, what is missing is an issue that is resolved."""
