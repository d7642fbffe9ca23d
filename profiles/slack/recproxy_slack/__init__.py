"""The service profile of Slack: `profile.toml` and `recordings/` beside this file are all of it."""
