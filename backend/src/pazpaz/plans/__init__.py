"""Plans of care and their milestones."""
