"""The services of the four profiles on loopback, as far as their SDKs' usual calls go, with the checks of the real ones.

Each class has `hosts`, the `environment` that a program needs, `answer(request)`, and `secrets`: all that it has
handed out or been given and that no recording may hold.
"""
