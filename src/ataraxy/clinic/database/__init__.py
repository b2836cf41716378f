"""The PostgreSQL that comes as a wheel, the three roles, and how a database is made ready."""
