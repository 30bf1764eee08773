"""Parsers of whatever comes from outside, fed by a fuzzer that follows which lines its bytes reach."""
