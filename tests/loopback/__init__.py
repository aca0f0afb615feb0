"""A GitHub on 127.0.0.1: REST, GraphQL and clones over real HTTP, with faults where a test asks for them."""
