"""What was on the wrong client: notes and appointments that move, two records of one person that become one."""
