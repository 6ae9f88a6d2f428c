# Where bare LF is accepted it ends a line of the text, never the text; behind it no dot is unstuffed. (DESIGN.md 3)
settings: networks = 127.0.0.1
settings: bare_newline = accept
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: bare\nTo: b@away.example\n\none\n.\n..two\r\n..three\n.four\n.\r\n\
wait 0.2
C: five
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
has: Subject: bare
has: To: b@away.example
body: one
body: .
body: ..two
body: .three
body: .four
body: .
body: five
log not: barenewline
