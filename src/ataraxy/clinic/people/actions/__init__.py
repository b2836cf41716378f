"""What people of the clinic do to its lists of people: one function per verb, one module per noun."""
