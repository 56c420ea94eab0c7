"""What stored cells and their number formats show, the same in every country."""
