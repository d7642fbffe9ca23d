"""The client: what runs inside a test process, on the standard library alone.

A *session* is a test process's link to the control address, to an orchestrator it found or one it started. The
*decorator* opens a scope around a test. The *redirect* brings clients that ignore proxy variables to the gateway.
"""
