"""The service profile of the Gmail REST API: `profile.toml` and `recordings/` beside this file are all of it."""
