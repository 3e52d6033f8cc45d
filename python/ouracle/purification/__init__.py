"""What a purifier does, read from the states at which it asks an exact energy, and what a linear classifier then makes of it."""
