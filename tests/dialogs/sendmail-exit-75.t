# Exit status 75 is temporary, with any number of recipients. (SENDMAIL.md 1.4)
settings: networks = 127.0.0.1
sendmail: exit 75
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: RCPT TO:<c@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: x
C: 
C: .
S: 451 4.3.0 *(id *)
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
delivered: *
log: relay recipients=2 status=75 code=451
