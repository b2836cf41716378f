"""Every published number of ketamine's movement and effects beside ours: ``make validation`` writes the report."""
