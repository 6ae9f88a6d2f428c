# A bare CR within a message is refused, also where bare LF is accepted. (RFC 5321 2.3.8)
settings: networks = 127.0.0.1
settings: bare_newline = accept
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: bare
C: 
C: one\rtwo
C: .
S: 554 5.6.0 *
C: NOOP
S: 250 2.0.0 *
log: barenewline value=cr
