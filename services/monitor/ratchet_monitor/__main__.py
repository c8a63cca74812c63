from ratchet_common.serve import serve
from ratchet_monitor.main import build
from ratchet_monitor.settings import MonitorSettings

serve(MonitorSettings, build)
