"""The orchestrator: the process behind `recproxy run` and `recproxy serve`.

A *plan* says what a run is to do. The *fleet* is its proxies; the *authority* is its CA, made for this run; the
*gateway* is the one address in HTTP(S)_PROXY; the *control address* is for tests; the *command* is what the user
runs. The *orchestrator* brings them up in order and takes them down again, whatever happens.
"""
