"""What the follow pages show, and to whom."""
