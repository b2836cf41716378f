"""The ledger of controlled medicines: what came in, where every 0.01 mL of it is, and who said so."""
