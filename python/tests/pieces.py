"""What workers do in the tests of clusters. A module of its own: workers import it by name, wherever the tests were started."""

import os
import signal
import time

from ouracle import _native


def held(work, flag, asked, piece):
    """Does the work, and keeps what came of it until the flag is there."""
    result = work(asked, piece, *([1] if work is _native.sweep_piece else []))
    while not os.path.exists(flag):
        time.sleep(0.01)
    return result


def dies(asked, piece):
    os.kill(os.getpid(), signal.SIGKILL)


def raises(asked, piece):
    if piece == "2/3":
        raise ZeroDivisionError("out of thin air")
    return _native.sweep_piece(asked, piece, 1)


def of_another_version(asked, piece):
    return _native.sweep_piece(asked, piece, 1).replace(b'"ouracle":"' + _native.__version__.encode(), b'"ouracle":"0.0.1')
