# One id stands in every line of the log, in Received and in the reply. (DESIGN.md 4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 Sent on, id *
delivered: *
has: *id {id}*
log: connect id={id}
log: mail id={id}
log: relay id={id}
log: disconnect id={id}
