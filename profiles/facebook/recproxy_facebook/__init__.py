"""The service profile of the Facebook Graph API: `profile.toml` and `recordings/` beside this file are all of it."""
