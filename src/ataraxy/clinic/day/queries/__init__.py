"""What opening and closing pages show."""
