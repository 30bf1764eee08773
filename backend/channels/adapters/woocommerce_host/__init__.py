"""The other side of WooCommerce: a simulated shop that keeps orders, refunds and notes as the real one does."""
