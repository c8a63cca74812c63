"""What a link opens: one page on which a person says what an answer was worth. Nothing of the answer is on it. Pure.

A link in a mail is opened by machines, too, which look for what is bad: so opening it says nothing yet. Where the link
names a rating, a script sends it at once; without scripts there is a button.
"""

from html import escape
from typing import Final

from ratchet_feedback.issues import Issue
from ratchet_feedback.scoring import Rating

FACES: Final = {Rating.POSITIVE: "Good", Rating.NEUTRAL: "So-so", Rating.NEGATIVE: "Bad"}
STYLE: Final = """
:root { color-scheme: light dark; --ink: #1f2328; --paper: #ffffff; --soft: #59636e; --line: #d1d9e0; --mark: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #9da7b1; --line: #3d444d;
  --mark: #6cb6ff; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto;
  max-width: 34rem; padding: 0 1rem; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; }
legend { color: var(--soft); }
label { display: inline-block; margin: .2rem 1rem .2rem 0; }
textarea { width: 100%; min-height: 6rem; font: inherit; box-sizing: border-box; }
button { font: inherit; padding: .5rem 1.5rem; border-radius: .5rem; border: 1px solid var(--mark); cursor: pointer;
  background: var(--mark); color: var(--paper); }
"""
SEND_AT_ONCE: Final = "document.forms[0].requestSubmit();"


def asks(rating: Rating | None, nonce: str) -> str:
    """`nonce`: of the answer's Content-Security-Policy."""
    at_once = f'<script nonce="{escape(nonce)}">{SEND_AT_ONCE}</script>' if rating else ""
    return _page("How was the answer?", f"<h1>How was the answer?</h1>{_form(rating)}{at_once}", nonce)


def thanks(rating: Rating | None, nonce: str) -> str:
    said = "<h1>Thank you</h1><p>What you said is kept. You may change it, or say more.</p>"
    return _page("Thank you", f"{said}{_form(rating)}", nonce)


def sorry(sentence: str, nonce: str) -> str:
    return _page("This did not work", f"<h1>This did not work</h1><p>{escape(sentence)}</p>", nonce)


def policy(nonce: str) -> str:
    return f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; form-action 'self'"


def _form(rating: Rating | None) -> str:
    faces = "".join(
        f'<label><input type="radio" name="rating" value="{one}"{" checked" if one is rating else ""}/> {name}</label>'
        for one, name in FACES.items()
    )
    issues = "".join(
        f'<label><input type="checkbox" name="specific_issues" value="{one}"/> {one.replace("_", " ")}</label>'
        for one in Issue
    )
    return (
        '<form method="post"><fieldset><legend>All in all</legend>'
        f"{faces}</fieldset><fieldset><legend>What was wrong, if anything</legend>{issues}</fieldset>"
        '<p><label for="comments">Anything else?</label>'
        '<textarea id="comments" name="comments" maxlength="10000"></textarea></p>'
        '<button type="submit">Send</button></form>'
    )


def _page(title: str, body: str, nonce: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/><meta name="robots" content="noindex"/>'
        f'<title>{escape(title)}</title><style nonce="{escape(nonce)}">{STYLE}</style></head>\n'
        f"<body><main>{body}</main></body></html>\n"
    )
