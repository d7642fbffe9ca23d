"""The bridge for suites of vcrpy: `pytest -p recproxy.vcrpy_bridge` runs them over real sockets, unedited.

vcrpy, pytest-recording and pytest-vcr stay what they are: they find the cassette, load it with the suite's own
serializers and hooks, and save it. What they do not do any more is to patch the client: at each of a few *patches* the
bridge opens a recproxy scope instead. *Settings* are what the suite asked vcrpy for, in recproxy's words, and what of
it cannot be honoured outside of the process. *Sources* are the recordings that stand for a cassette. A *played*
cassette counts what the proxies play. Imports nothing of vcrpy: the suite does, where it uses it.
"""
