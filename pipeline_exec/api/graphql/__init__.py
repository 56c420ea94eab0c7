"""The GraphQL facade: the same services as REST, as a graph."""
