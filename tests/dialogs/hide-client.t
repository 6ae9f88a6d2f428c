# hide_client leaves address and name of the client out of Received; the log has both. (DESIGN.md 4)
settings: networks = 127.7.7.7
settings: hide_client = yes
client: 127.7.7.7
S: 220 office.example *
C: EHLO secret-laptop.example
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: .
S: 250 2.0.0 *
delivered: *
has: Received: from localhost*
has not: *127.7.7.7*
has not: *secret-laptop*
log: connect client=127.7.7.7
