"""What our processes say to each other.

A *channel* joins the orchestrator and one proxy, or one redaction worker: framed *messages*, each with any
number of file descriptors (listeners, connections). The orchestrator sends orders, the proxy sends replies and outcomes.
*Scope options* say how a scope has its recordings played. *Variables* are the names under which the environment tells a
test command where it runs. Nothing here knows what a message causes.
"""
