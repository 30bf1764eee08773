"""The other side of Open Delivery: a simulated platform that sends orders and insists on the standard's rules."""
