"""Reading what people type: cleaning of text, and one control for each question."""
