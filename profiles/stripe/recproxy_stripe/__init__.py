"""The service profile of the Stripe API: `profile.toml` and `recordings/` beside this file are all of it."""
