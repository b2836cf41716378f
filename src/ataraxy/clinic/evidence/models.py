"""No table of its own: the evidence is a catalog of files."""
