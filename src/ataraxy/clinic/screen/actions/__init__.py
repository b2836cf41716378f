"""What screening writes into a chart: facts, scale answers, overrides and the signed decision."""
