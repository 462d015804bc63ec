"""The scenarios, one table for each family of causes."""
