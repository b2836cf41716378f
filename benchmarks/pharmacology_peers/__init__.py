"""What the pharmacology engine is measured beside: one module a peer, all reading the same parameters."""
