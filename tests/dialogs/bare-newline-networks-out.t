# From all others a bare LF is refused still. (DESIGN.md 4)
settings: networks = 127.0.0.0/8
settings: bare_newline = accept
settings: bare_newline_networks = 127.9.9.9
client: 127.9.9.8
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: scanner\n\nbody
C: .
S: 554 5.6.0 *
