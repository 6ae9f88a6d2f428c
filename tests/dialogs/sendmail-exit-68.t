# Exit status 68 is an unknown host. (SENDMAIL.md 1.4)
settings: networks = 127.0.0.1
sendmail: exit 68
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: RCPT TO:<c@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 550 5.1.2 *
delivered: *
log: relay recipients=2 status=68 code=550
