"""A process that the permissions of files hold, also where the tests are run by root."""

import ctypes

_VERSION, _DROP, _OVERRIDE = 0x20080522, 24, 1  # _LINUX_CAPABILITY_VERSION_3, PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


def obey_permissions():
    """Give up what lets root pass by permissions: here, and in all that is started."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DROP, _OVERRIDE, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable: the first 32, then the rest
    if libc.capget(header, sets) == 0:
        for place in range(3):
            sets[place] &= ~(1 << _OVERRIDE)
        if libc.capset(header, sets):
            raise OSError(ctypes.get_errno(), "the capabilities stay as they are")
