# Exit status 64 is temporary: sendmail may have served some recipients. (SENDMAIL.md 1.4)
settings: networks = 127.0.0.1
sendmail: exit 64
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
delivered: *
log: relay status=64 code=451
