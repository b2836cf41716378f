"""What the learn pages show, and to whom."""
