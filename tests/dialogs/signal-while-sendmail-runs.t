# A sendmail that ran when TERM came is waited for, and not believed. (DESIGN.md 1.6)
settings: networks = 127.0.0.1
sendmail: sleep 1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
wait 0.4
signal: TERM
S: 451 4.3.0 *
S: 421 4.3.2 *
S: closed
delivered: -i -oeq -f a@office.example -t
log: relay status=0 code=451
log: disconnect reason=signal
