"""What mapping and checking mean, one cell at a time, in plain Python: slow, and meant to be obviously correct.

It shares nothing with the data plane but the documents users write. Differential tests compare the two.
"""
