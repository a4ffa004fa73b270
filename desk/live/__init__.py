"""The live channel of the desk: one socket for each open page."""
