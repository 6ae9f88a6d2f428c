# Exit status 67 is an unknown user. (SENDMAIL.md 1.4)
settings: networks = 127.0.0.1
sendmail: exit 67
sendmail: say nobody of this name
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
S: 550 5.1.1 *(id *)
C: NOOP
S: 250 2.0.0 *
delivered: *
log: relay recipients=2 status=67 code=550 words="nobody of this name"
