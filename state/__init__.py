"""The pages' door to the services: small states, one per page, every handler behind the guard."""
