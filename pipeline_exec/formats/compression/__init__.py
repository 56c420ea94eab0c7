"""Compressed input: gzip, zstd and ZIP, told by their first bytes and unpacked within limits."""
