"""`python -m ratchet_monitor`"""

from ratchet_common.collecting import put_off


def run() -> None:
    put_off()
    from ratchet_common.serve import serve
    from ratchet_monitor.main import build
    from ratchet_monitor.settings import MonitorSettings

    serve(MonitorSettings, build)


if __name__ == "__main__":
    run()
