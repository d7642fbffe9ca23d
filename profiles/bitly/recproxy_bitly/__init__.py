"""The service profile of the Bitly API: `profile.toml` and `recordings/` beside this file are all of it."""
