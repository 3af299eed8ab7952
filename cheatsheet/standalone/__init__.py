"""What a reader has to paste for a block to run alone. Read statements, effects, slices, prints,
definitions, program, tidy and prompt, in this order. Needs ruff, and no torch."""
