"""What costs an import next to nothing and is made at its first use: patterns, and the methods of dataclasses.

Every room may use it, so it knows Python only, and nothing of recproxy.
"""
