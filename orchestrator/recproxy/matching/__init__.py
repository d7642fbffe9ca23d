"""Which recorded interaction answers a request.

- `Rules`: what of a request is compared, ignored or secret: a profile's `[match]` and the names it redacts.
- `Index`: several recordings as one; `find` gives the interactions that match a request as `Fitting`: tiers, the most
  specific first.
- `difference`: what keeps one request from matching one interaction, as `Difference` values; none is a match.
- `miss`: why a request that fits nothing fits nothing, as a `Miss`: the closest interaction, how it differs, and the
  smallest change that would `Mend` it; `Ways` say how a person makes it, and how they record.
"""
