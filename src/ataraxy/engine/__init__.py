"""Where heavy simulation runs: this process, all cores, or a cluster."""
