"""The pages of the day, one module a URL."""
