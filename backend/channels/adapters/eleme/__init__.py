"""Ele.me retail (饿了么零售, 饿百): commands both ways in one signed envelope, orders read by their number."""
