# Exit status 100 is qmail's permanent refusal. (SENDMAIL.md 1.4)
settings: networks = 127.0.0.1
sendmail: exit 100
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
S: 554 5.0.0 *
delivered: *
log: relay recipients=2 status=100 code=554
