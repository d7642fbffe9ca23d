"""The service profile of the X (Twitter) API: `profile.toml` and `recordings/` beside this file are all of it."""
