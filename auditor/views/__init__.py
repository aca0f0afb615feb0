"""What a repository has: values built from its entries and facts. No input or output, no judging."""
