"""Redaction: the interactions of a scope without their secrets, before they are stored in the clear.

*Rules* are built in, and a profile adds its own and the *values* of its variables. They find *spans*, places of a text, in
every part of an interaction; the values found there are then searched for in all interactions of the scope. A *mask*
takes each place: the wild word in a request, something of the same shape in a response. What cannot be read and
may hold a secret value is *refused*.
"""
