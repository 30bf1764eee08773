"""Shopify: a shop of one's own; orders come whole by webhook, everything else goes through the GraphQL Admin API."""
