"""Programs for whoever builds PazPaz; no part of what runs."""
