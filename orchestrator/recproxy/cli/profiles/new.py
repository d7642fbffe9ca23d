"""`recproxy profiles new`: a distribution of a profile, ready to build, test and publish."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from recproxy.cli.verb import Verb

__all__ = ["new"]


@click.command(
    cls=Verb, example="recproxy profiles new shop --host api.shop.example --credential SHOP_KEY", page="share-a-profile"
)
@click.option("--host", "hosts", multiple=True, required=True, metavar="HOST", help="A host of the service.")
@click.option(
    "--credential",
    "credentials",
    multiple=True,
    metavar="VAR",
    help="A variable that contains a secret. Can be repeated.",
)
@click.option(
    "--base-url",
    default="",
    metavar="VAR",
    help="The variable from which the service's SDK reads its address. Default: NAME_BASE_URL.",
)
@click.option("--base-path", default="", metavar="PATH", help="What that variable holds after the host, such as /v1.")
@click.option(
    "--folder", type=click.Path(path_type=Path), metavar="FOLDER", help="The folder to create. Default: recproxy-NAME."
)
@click.argument("name")
def new(
    name: str,
    hosts: tuple[str, ...],
    credentials: tuple[str, ...],
    folder: Path | None,
    *,
    base_url: str,
    base_path: str,
) -> None:
    """Create a distribution for the profile NAME: a package, starter recordings, and tests that pass."""
    from recproxy.cli.profiles.distribution import distribution
    from recproxy.config.installed import offers
    from recproxy.errors import ConfigurationError
    from recproxy.play.file_replacement import replace_file

    if known := offers().get(name):
        raise ConfigurationError(f"profile {name!r} is already installed by {known[0]}: choose another name")
    root = folder or Path(f"recproxy-{name}")
    files = distribution(name, hosts, credentials, base_url=base_url, base_path=base_path)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ConfigurationError(f"{root}: exists and is not empty: choose another folder with --folder")
    for path, text in files.items():
        target = root / path
        replace_file(target, text.encode(), root=root)
        print(target)
    print(
        f"recproxy: wrote profile {name!r}; try it with: python -m pip install -e {root} && python -m pytest {root}",
        file=sys.stderr,
    )
