"""Recordings that are kept in a store, not in git: an object store, or any place that fsspec reaches.

A *lock* is the file in git that says which recordings belong to a commit, each by name, SHA-256 and size. A *store* holds
objects, each under the SHA-256 of its bytes: nothing that was pushed is ever overwritten, whoever pushes at the same
time. *Pull* brings what the lock names into the folder of the recordings, *push* brings what is new there into the store and
the lock. A run reads the folder alone.
"""
