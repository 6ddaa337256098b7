"""How much each prick takes: exact sums, as even as every limit allows."""
