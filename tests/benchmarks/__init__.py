"""How fast the house is, measured through the real server and beside what the machine itself can do."""
