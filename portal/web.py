"""The web server: waitress, which a slow client cannot block."""

import os

import waitress

from portal.wsgi import application


def main() -> None:
    """Serve on HOST and PORT; bodies end at 12 MB, idle connections after a minute."""
    proxy = os.environ.get("BEHIND_PROXY", "")
    trusted = (
        {
            "trusted_proxy": proxy,
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
            "clear_untrusted_proxy_headers": True,
        }
        if proxy
        else {}
    )
    waitress.serve(
        application,
        host=os.environ.get("HOST", "127.0.0.1"),
        port=int(os.environ.get("PORT", "8000")),
        threads=int(os.environ.get("WEB_THREADS", "8")),
        max_request_body_size=12 * 1024 * 1024,
        channel_timeout=60,
        ident=None,
        **trusted,
    )


if __name__ == "__main__":
    main()
