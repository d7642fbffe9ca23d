"""Hosts that tools ask on their own account: for updates, experiments and telemetry.

A test does not mean these requests, so they are refused without failing the run. The list holds what the tools'
own documentation or source names; hosts that applications also use on purpose are not in it. `block_hosts` adds to it,
`pass_hosts` and profiles take from it.
"""

from __future__ import annotations

__all__ = ["BACKGROUND_HOSTS"]

BACKGROUND_HOSTS = (
    # Chromium and Chrome: component and extension updates, field trials, hints, safe browsing lists, whether there is a network
    "update.googleapis.com",
    "clients1.google.com",
    "clients2.google.com",
    "clients2.googleusercontent.com",
    "clientservices.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "content-autofill.googleapis.com",
    "safebrowsing.googleapis.com",
    "safebrowsingohttpgateway.googleapis.com",
    "connectivitycheck.gstatic.com",
    "redirector.gvt1.com",
    "*.me.gvt1.com",
    "android.clients.google.com",
    "mtalk.google.com",
    # Edge
    "edge.microsoft.com",
    "config.edge.skype.com",
    "msedge.api.cdp.microsoft.com",
    # Firefox: settings, updates, captive portal, telemetry, tracking lists
    "firefox.settings.services.mozilla.com",
    "firefox-settings-attachments.cdn.mozilla.net",
    "content-signature-2.cdn.mozilla.net",
    "detectportal.firefox.com",
    "incoming.telemetry.mozilla.org",
    "aus5.mozilla.org",
    "push.services.mozilla.com",
    "location.services.mozilla.com",
    "contile.services.mozilla.com",
    "shavar.services.mozilla.com",
    "tracking-protection.cdn.mozilla.net",
    "normandy.cdn.mozilla.net",
    "classify-client.services.mozilla.com",
    "versioncheck.addons.mozilla.org",
    # command-line tools and frameworks: version checks and usage reports
    "dl.deno.land",
    "packages.httpie.io",
    "telemetry.nextjs.org",
    "telemetry.astro.build",
    "telemetry.go.dev",
    "checkpoint-api.hashicorp.com",
    "dc.services.visualstudio.com",
)
