"""How late Ctrl-C gets through."""

import os
import signal
import threading
import time

# Twice what is promised: the machines that test are busy with other things too.
PATIENCE_SECONDS = 0.2


def late_by(call, delay):
    """Interrupt a call after a delay; return how long after that it is over, or None if it was over before."""
    sent, is_running = 0.0, True

    def interrupt():
        nonlocal sent
        time.sleep(delay)
        sent = time.perf_counter()
        os.kill(os.getpid(), signal.SIGINT)

    def handle(*_):
        if is_running:
            raise KeyboardInterrupt

    before, thread = signal.signal(signal.SIGINT, handle), threading.Thread(target=interrupt)
    try:
        thread.start()
        call()
        is_running = False
    except KeyboardInterrupt:
        return time.perf_counter() - sent
    finally:
        is_running = False
        thread.join()
        signal.signal(signal.SIGINT, before)
    return None
