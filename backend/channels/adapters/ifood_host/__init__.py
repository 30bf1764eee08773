"""The other side of iFood: a simulated platform with one supermarket, strict about the order of separation."""
