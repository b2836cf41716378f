"""What the pharmacy's pages show."""
