"""How config files are read and checked: YAML, schema, then names and options, with one clear error."""
