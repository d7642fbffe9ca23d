"""What an editor is told about the recording that is being typed: findings, help and changes, and the server that says it.

The modules but `server` are functions of texts. Only `server` needs pygls, the extra `lsp`.
"""
