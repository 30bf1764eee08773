"""Plays Uber Eats: thin notifications, orders with carts and payments, and issues that change the cart."""
