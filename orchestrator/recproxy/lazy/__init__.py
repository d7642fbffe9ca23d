"""What costs an import next to nothing and is made at its first use: patterns, the methods of dataclasses, and the modules of packages.

Every room may use it, so it knows Python only, and nothing of recproxy.
"""
