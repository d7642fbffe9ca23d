"""The viewer, `recproxy ui`: recordings and runs in a browser, on this machine only.

A *viewer* is a small web server. It reads recordings, shows them with what is secret masked, and changes them where the
person who looks says so. Everything that it says of a recording comes from the rooms below; here is how a browser
asks, and who may ask. Nothing is imported here, since its libraries are those of the extra `ui`.
"""
