"""What a clinic itself does: protocols activated, lines signed, staff added, glass broken."""
