"""Stands in for a service's program until it is ready to become it.

Run by path, with `python -I -S`, by stack_process.py: asks the kernel for a signal when the supervisor dies (however it dies), leaves root
where another account is given, then executes the command. A `preexec_fn` would do the same, but forks a threaded process unsafely.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(death_signal: int, parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Turn this process into the command; the parent's death after this call sends `death_signal`, before it ends this process."""
    libc = ctypes.CDLL(None)
    if os.geteuid() == 0 and uid > 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the supervisor is gone")
    os.execvp(command[0], command)  # noqa: S606 - becoming the program is the purpose


if __name__ == "__main__":
    signal_number, parent_pid, user, group = (int(value) for value in sys.argv[1:5])
    become(signal_number, parent_pid, user, group, sys.argv[5:])
