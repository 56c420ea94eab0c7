"""The facades: REST, GraphQL and ingestion in one ASGI application, all behind the same authentication."""
