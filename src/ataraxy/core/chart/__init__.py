"""A patient's chart outside sessions: what is known (events), and what follows from it (fold)."""
