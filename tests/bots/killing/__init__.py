"""Programs that are killed at any moment, people who go on talking to them, and an account of what became of it all."""
