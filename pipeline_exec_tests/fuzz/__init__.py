"""Hostile input: every reader, and what recognises formats, under mutated and made-up files, each told by a number.

``cases`` makes the case of a number, always the same; ``examination`` says what is wrong with how it is read. The tests
run a few hundred of them, ``python -m benchmarks fuzz`` as many as wanted, each bounded in time and memory.
"""
