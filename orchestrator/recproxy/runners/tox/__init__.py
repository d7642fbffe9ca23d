"""The tox plugin: environments whose commands run against recordings or the real services.

`settings` are its keys and the environments it makes, `served` is a run held for one environment, `plugin` the hooks
that tox calls. Imports nothing but the standard library and tox; a run is `recproxy serve` in a process of its own.
"""
