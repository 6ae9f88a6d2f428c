# bare_newline_networks names from whom a bare LF is accepted. (DESIGN.md 4)
settings: networks = 127.0.0.0/8
settings: bare_newline = accept
settings: bare_newline_networks = 127.9.9.9
client: 127.9.9.9
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: scanner\n\nbody
C: .
S: 250 2.0.0 *
delivered: *
body: body
