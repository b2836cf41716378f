"""No table of its own: this stage reads and writes the chart."""
