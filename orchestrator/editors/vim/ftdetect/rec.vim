autocmd BufRead,BufNewFile *.rec if getline(1) =~# '^#recproxy ' || getline(1) =~# '^\a\S* \S\+ HTTP/\d' | setfiletype rec | endif
