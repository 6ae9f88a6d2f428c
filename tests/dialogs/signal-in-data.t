# A message that was not whole when TERM came is not sent. (DESIGN.md 1.6)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
wait 0.2
signal: TERM
S: 421 4.3.2 *
S: closed
delivered: nothing
log: disconnect reason=signal stage=data
