"""What the treat pages show, and to whom."""
