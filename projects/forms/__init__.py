"""Forms of the ground floor: people, projects, money."""
