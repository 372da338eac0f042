"""The desk of those who read the answers: lists, columns, and the forms of its acts."""
