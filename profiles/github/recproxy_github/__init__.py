"""The service profile of the GitHub API: `profile.toml` and `recordings/` beside this file are all of it."""
