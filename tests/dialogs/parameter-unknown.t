# A parameter that is not known or not offered is 555, at MAIL and at RCPT. (RFC 5321 4.1.1.11)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example> COLOUR=red
S: 555 5.5.4 *
C: MAIL FROM:<a@office.example> RET=FULL
S: 555 5.5.4 *
C: MAIL FROM:<a@office.example> SMTPUTF8
S: 555 5.5.4 *
C: MAIL FROM:<a@office.example> REQUIRETLS
S: 555 5.5.4 *
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example> NOTIFY=NEVER
S: 555 5.5.4 *
C: RCPT TO:<b@away.example> SIZE=1
S: 555 5.5.4 *
