"""The nouns: frozen, without I/O.

What users write is a pydantic document, used as it is by REST, YAML and the store.
"""
