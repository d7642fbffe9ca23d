"""A process to which the kernel refuses a system call, as a container's seccomp profile does."""

import ctypes
import platform
import struct

#: unshare, mount and setns, by machine.
NUMBERS = {
    "x86_64": {"unshare": 272, "mount": 165, "setns": 308},
    "aarch64": {"unshare": 97, "mount": 40, "setns": 268},
}
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2


def refuse_call(name):
    """Have it refused from now on: here, and in all that is started."""
    code = [
        struct.pack("=HBBI", 0x20, 0, 0, 0),  # load the number of the call
        struct.pack("=HBBI", 0x15, 0, 1, NUMBERS[platform.machine()][name]),  # jump over the next if it is another
        struct.pack("=HBBI", 0x06, 0, 0, 0x00050001),  # fail with EPERM
        struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000),  # allow
    ]
    program = ctypes.create_string_buffer(b"".join(code))
    structure = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in ((_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_SET_SECCOMP, _FILTER, structure, 0, 0)):
        if libc.prctl(*words):
            raise OSError(ctypes.get_errno(), f"{name} cannot be refused")
