from functools import partial

from ratchet_common.serve import serve
from ratchet_router.documents.index import index_of
from ratchet_router.documents.worker_main import build_worker
from ratchet_router.settings import RouterSettings

serve(RouterSettings, partial(build_worker, index_of=index_of))
