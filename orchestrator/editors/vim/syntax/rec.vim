" Recordings of recproxy.
if exists("b:current_syntax")
  finish
endif

syn include @recJson syntax/json.vim
unlet! b:current_syntax
syn include @recXml syntax/xml.vim
unlet! b:current_syntax
syn sync fromstart
syn case match

syn match recSeparator /^\%(=\{4}\|=\{7}\)\s*$/
syn match recComment /^#.*$/
syn match recFormat /\%1l^#recproxy .*$/

syn match recDirective /^:\l[a-z_]*.*$/ contains=recDirectiveName,recNumber
syn match recDirectiveName /^:\l[a-z_]*/ contained
syn match recNumber /\<\d\+\%(\.\d\+\)\?\>/ contained

" A request, a response and a conversation end above their separator.
syn region recRequest start=/^\a\S* \S\+\%( HTTP\/\d\%(\.\d\)\?\)\?\s*$/ end=/\n\ze=\{4}\%(=\{3}\)\?\s*$/ keepend contains=recRequestLine,recHeader,recDirective,recRequestBody,recWild
syn region recResponse start=/^\%(HTTP\/\d\%(\.\d\)\? \)\?[1-9]\d\d\%( .*\)\?$/ end=/\n\ze=\{4}\%(=\{3}\)\?\s*$/ keepend contains=recStatusLine,recHeader,recDirective,recResponseBody,recNamed
" A 101 is followed by the messages of a WebSocket.
syn region recWebSocket start=/^\%(HTTP\/\d\%(\.\d\)\? \)\?101\%( .*\)\?$/ end=/\n\ze=\{7}\s*$/ keepend contains=recStatusLine,recHeader,recDirective,recServer,recClient,recContinued,recWild
syn region recConversation start=/^\%(SMTP\|IMAP\) \S\+\s*$/ end=/\n\ze=\{7}\s*$/ keepend contains=recConversationLine,recDirective,recServer,recClient,recContinued,recWild

syn match recRequestLine /^\a\S* \S\+\%( HTTP\/\d\%(\.\d\)\?\)\?\s*$/ contained contains=recMethod
syn match recMethod /^\a\S*/ contained nextgroup=recUrl skipwhite
syn match recUrl /\S\+/ contained contains=recWild nextgroup=recVersion skipwhite
syn match recVersion /HTTP\/\d\%(\.\d\)\?/ contained
syn match recStatusLine /^\%(HTTP\/\d\%(\.\d\)\? \)\?[1-9]\d\d\%( .*\)\?$/ contained contains=recVersion,recStatus
syn match recStatus /\<[1-9]\d\d\>/ contained nextgroup=recReason skipwhite
syn match recReason /\S.*$/ contained
syn match recConversationLine /^\%(SMTP\|IMAP\) \S\+\s*$/ contained contains=recMethod

syn match recHeader /^[^:[:space:]]\+:.*$/ contained contains=recHeaderName,recWild
syn match recHeaderName /^[^:[:space:]]\+\ze:/ contained

syn region recRequestBody start=/^\s*$/ end=/\%$/ contained contains=recEscape,recJson,recMarkup,recBoundary,recWild
syn region recResponseBody start=/^\s*$/ end=/\%$/ contained contains=recEscape,recJson,recMarkup,recBoundary,recNamed
syn region recJson start=/^\s*[[{]/ end=/\%$/ contained contains=@recJson,recWild
syn region recMarkup start=/^\s*<[A-Za-z!?]/ end=/\%$/ contained contains=@recXml
syn match recEscape /^\\\+\ze=\{4,}\s*$/ contained
syn match recBoundary /^--\S\+$/ contained

syn match recServer /^<.*$/ contained contains=recMark
syn match recClient /^>.*$/ contained contains=recMark,recWild
syn match recContinued /^+.*$/ contained contains=recMark,recWild
syn match recMark /^[<>+]/ contained

syn match recWild /XXX\%(\[[A-Za-z0-9_.-]\+\]\)\?/ contained containedin=jsonString,jsonKeyword
syn match recNamed /XXX\[[A-Za-z0-9_.-]\+\]/ contained containedin=jsonString

hi def link recSeparator Delimiter
hi def link recComment Comment
hi def link recFormat PreProc
hi def link recDirective Constant
hi def link recDirectiveName PreProc
hi def link recNumber Number
hi def link recMethod Function
hi def link recUrl Underlined
hi def link recVersion Type
hi def link recStatus Number
hi def link recReason Label
hi def link recHeaderName Identifier
hi def link recEscape SpecialChar
hi def link recBoundary Delimiter
hi def link recServer String
hi def link recClient Statement
hi def link recContinued Normal
hi def link recMark Operator
hi def link recWild Special
hi def link recNamed Special

let b:current_syntax = "rec"
