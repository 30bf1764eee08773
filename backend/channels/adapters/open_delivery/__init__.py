"""Open Delivery 1.7, the open Brazilian standard: one adapter for every platform that speaks it."""
