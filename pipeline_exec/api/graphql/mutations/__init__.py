"""Mutations: what can be done, one file for each noun. Each answers what it made, or a problem: why it did nothing."""
