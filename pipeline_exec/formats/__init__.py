"""What bytes mean: one file for each format, one registry."""
