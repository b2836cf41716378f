"""Evidence: what has been shown for a disorder, how surely, and what was taken back."""
