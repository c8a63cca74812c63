from ratchet_common.serve import serve
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings

serve(RouterSettings, build)
