"""The service profile of the Claude API (Anthropic): `profile.toml` and `recordings/` beside this file are all of it."""
