# At least 100 recipients are taken, and the 101st does not end the connection. (RFC 5321 4.5.3.1.8)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C*30: RCPT TO:<b@away.example>
S*30: 250 2.1.5 *
C: RCPT TO:<B@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: many
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example B@away.example
log: relay recipients=2
