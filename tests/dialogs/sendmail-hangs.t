# A sendmail that does not end in time is killed, and the client told 451. (DESIGN.md 3)
settings: networks = 127.0.0.1
settings: sendmail_timeout = 1s
sendmail: sleep 30
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 451 4.3.0 *
C: NOOP
S: 250 2.0.0 *
delivered: *
log: relay status=timeout code=451
