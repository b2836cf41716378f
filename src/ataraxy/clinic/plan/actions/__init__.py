"""What a clinic plans: protocols it treats by, courses on them, sessions in rooms. One module per noun."""
