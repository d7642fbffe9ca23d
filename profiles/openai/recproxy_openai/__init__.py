"""The service profile of the OpenAI API: `profile.toml` and `recordings/` beside this file are all of it."""
