"""JD Daojia (京东到家, 京东秒送): a pointer is pushed, the order is read, what it becomes is said in one list."""
