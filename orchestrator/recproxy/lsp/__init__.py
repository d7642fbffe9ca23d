"""What an editor shows of the recording that somebody types: findings, help and changes, and the server that sends them.

All modules but `server` are functions of texts. Only `server` needs pygls, the extra `lsp`.
"""
