"""What the instant upstream says: one whole answer, and one that streams."""

import getpass
from pathlib import Path

WHOLE, FLOWING = "/whole/chat/completions", "/flowing/chat/completions"
PIECES = 200  # of a stream: with the first, that names the role, the last, the usage and the end mark four more
HEAD = '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"instant","choices":['
ANSWER = (
    '{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"instant","choices":[{"index":0,'
    '"message":{"role":"assistant","content":"Yes, that is settled."},"finish_reason":"stop"}],'
    '"usage":{"prompt_tokens":400,"completion_tokens":6,"total_tokens":406}}'
)


def stream() -> str:
    """As OpenAI's, with the usage that the router asks for."""
    words = (f'{{"index":0,"delta":{{"content":" word{n}"}},"finish_reason":null}}]}}' for n in range(PIECES))
    events = [
        HEAD + '{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}',
        *(HEAD + word for word in words),
        HEAD + '{"index":0,"delta":{},"finish_reason":"stop"}]}',
        HEAD + '],"usage":{"prompt_tokens":400,"completion_tokens":200,"total_tokens":600}}',
        "[DONE]",
    ]
    return "".join(f"data: {event}\n\n" for event in events)


def nginx_configuration(port: int, folder: Path) -> str:
    """Writes the stream into `folder`. A file that is asked for with POST is given all the same, as by GET."""
    flowing = folder / FLOWING.lstrip("/")
    flowing.parent.mkdir(parents=True)
    flowing.write_text(stream())
    quoted = ANSWER.replace("'", "\\'")
    return f"""
daemon off; user {getpass.getuser()}; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 100000000; keepalive_timeout 600s; sendfile on; tcp_nodelay on;
    client_body_temp_path {folder}/bodies; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port} backlog=1024; root {folder};
        location = {WHOLE} {{ default_type application/json; return 200 '{quoted}'; }}
        location = {FLOWING} {{ default_type text/event-stream; error_page 405 =200 $uri; }}
    }}
}}
"""
