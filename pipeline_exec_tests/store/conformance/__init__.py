"""What every store promises, as the ports say it: one suite for each port, over the fixture ``store``."""
