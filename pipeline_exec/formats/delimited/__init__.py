"""Text in which a delimiter parts the cells and a line break the records."""
