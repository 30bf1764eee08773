"""WooCommerce: a shop of one's own, by its REST API version 3 and its webhooks."""
