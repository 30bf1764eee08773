"""Plays Shopify: a shop with edits, refunds and fulfilment orders behind a GraphQL address, and signed webhooks."""
