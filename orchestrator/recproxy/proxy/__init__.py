"""The proxy: the subprocess that answers for one profile.

It takes orders over its channel (standard input). A *lane* holds listeners, connections and the *open scope*; a
*connection* reads requests and writes what the open scope answers. Imports no cryptography and reads no
configuration files: its profile and all else that it needs arrive in its Setup.
"""
