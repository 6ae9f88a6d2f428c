# A sendmail that dies of a signal has sent nothing for certain: 451. (SENDMAIL.md 1.4)
settings: networks = 127.0.0.1
sendmail: signal 9
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
S: 451 4.3.0 *
C: NOOP
S: 250 2.0.0 *
delivered: *
log: relay recipients=2 status=signal9 code=451
