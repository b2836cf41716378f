"""What the command line does: one module a command, and the supervisor behind ``serve``."""
