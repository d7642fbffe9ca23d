"""The redirect: brings Python clients that ignore proxy variables to the gateway.

*Routes* say which connections go elsewhere, *addresses* are the made-up ones that names resolve to meanwhile, and
*patches* change a module when it is imported: sockets, uvloop, what ssl trusts, pycurl. Everything here runs in the
tested program's interpreters, from their start: standard library alone, Python 3.8 and up, and without the rest of
recproxy, since `startup/sitecustomize.py` loads this package in interpreters that have no recproxy. What annotations
need is imported for the type checker alone: `typing` would cost a small program more than all of this.
"""

from recproxy.client.redirect.switch import install, install_from_env, installed, uninstall

__all__ = ["install", "install_from_env", "installed", "uninstall"]
