"""What happens to the rows: Arrow in, Arrow out, no I/O."""
