"""iFood's supermarkets: orders by polling or webhook, and the picking interface that hears of every item."""
