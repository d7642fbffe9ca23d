"""Wheels of distributions that tests make, built by their build backend: nothing is downloaded."""

import contextlib


def built_wheel(folder):
    """The wheel of the distribution in a folder, in its folder `dist`. The backend runs in this process, as pip calls it."""
    from hatchling.build import build_wheel  # here, because not each session has it

    with contextlib.chdir(folder):
        return folder / "dist" / build_wheel("dist")
