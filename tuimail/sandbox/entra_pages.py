"""The pages of Entra ID that a person sees: the code, the approval, the refusal."""

from __future__ import annotations

import html
import urllib.parse
import uuid
from collections.abc import Mapping, Sequence

from tuimail.sandbox.entra_errors import EntraError
from tuimail.sandbox.http_server import HttpResponse

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font-family:sans-serif;max-width:32em;margin:4em auto;line-height:1.5}}
input,select,button{{font-size:1.1em;padding:.3em .6em;margin:.2em 0}}</style></head>
<body><h1>{title}</h1>{content}</body></html>"""
_BLOCKED = (
    "Your sign-in was successful but does not meet the criteria to access this resource. For "
    "example, you might be signing in from a browser, app, location, or an authentication flow "
    "that is restricted by your admin."
)


def page(title: str, content: str, status: int = 200) -> HttpResponse:
    """A page of the sign-in service; ``content`` is HTML."""
    return HttpResponse.html(_PAGE.format(title=html.escape(title), content=content), status)


def code_page(user_code: str, users: Sequence[str], tenant: str) -> HttpResponse:
    """Where a person types the device code."""
    options = "".join(f"<option>{html.escape(user)}</option>" for user in users)
    content = (
        "<p>Enter the code that tuimail shows.</p>"
        '<form method="post" action="/devicelogin">'
        f'<p><input name="user_code" value="{html.escape(user_code)}" autofocus></p>'
        f'<p><select name="user">{options}</select></p>'
        '<p><button name="answer" value="approve">Sign in</button> '
        '<button name="answer" value="decline">Cancel</button></p></form>'
        f"<p><small>The tuimail sandbox, tenant {tenant}.</small></p>"
    )
    return page("Enter code", content)


def error_page(error: EntraError, about: Mapping[str, str], back: str = "") -> HttpResponse:
    """The page that ends a sign-in; ``back`` is where "Return to the application" leads."""
    content = f"<p>{html.escape(error.words(about))}</p>"
    if error.name == "admin_consent_request":
        content += (
            '<form method="post" action="/consentrequest">'
            f"{_hidden(about, 'client_id', 'user')}"
            "<p><button>Request approval</button></p></form>"
        )
    elif error.page.startswith("You don't have access"):
        content = f"<p>{_BLOCKED}</p>{content}"
    if back:
        content += (
            f'<p><a href="{html.escape(back)}">Return to the application without granting '
            "consent</a></p>"
        )
    content += (
        f"<p><small>Error Code: {error.number}<br>AADSTS{error.number}<br>"
        f"Correlation Id: {uuid.uuid4()}<br>App name: {html.escape(about.get('app', ''))}"
        "</small></p>"
    )
    return page(error.page, content)


def form_post(redirect: str, answer: Mapping[str, str]) -> HttpResponse:
    """The page that sends the answer to the client by itself (``response_mode=form_post``)."""
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}"/>'
        for name, value in answer.items()
    )
    return HttpResponse.html(
        '<html><body onload="document.forms[0].submit()">'
        f'<form method="POST" action="{html.escape(redirect)}">{fields}'
        "<noscript><button>Continue</button></noscript></form></body></html>"
    )


def back_to(redirect: str, answer: Mapping[str, str], mode: str = "query") -> HttpResponse:
    """Back to the client with the answer, as the request's ``response_mode`` asks."""
    if mode == "form_post":
        return form_post(redirect, answer)
    return HttpResponse(302, headers={"Location": with_query(redirect, answer)})


def with_query(redirect: str, answer: Mapping[str, str]) -> str:
    """The redirect URI with the answer in its query."""
    separator = "&" if "?" in redirect else "?"
    return redirect + separator + urllib.parse.urlencode(answer)


def _hidden(about: Mapping[str, str], *names: str) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(about.get(name, ""))}">'
        for name in names
    )
