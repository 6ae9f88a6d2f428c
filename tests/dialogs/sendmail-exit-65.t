# Exit status 65 is a permanent refusal of the data. (SENDMAIL.md 1.4)
settings: networks = 127.0.0.1
sendmail: exit 65
sendmail: complain bad message
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
S: 554 5.6.0 *(id *)
delivered: *
log: relay recipients=2 status=65 code=554 words="bad message"
