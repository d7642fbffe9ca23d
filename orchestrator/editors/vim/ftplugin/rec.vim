if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1

" `#` begins a comment; nothing is put at the end of a file or line, for bodies are kept byte for byte.
setlocal commentstring=#\ %s comments=:# nofixendofline textwidth=0
let b:undo_ftplugin = "setlocal commentstring< comments< fixendofline< textwidth<"
