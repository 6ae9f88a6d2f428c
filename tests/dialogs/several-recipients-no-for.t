# Received names a recipient only if there is just one: more would betray blind copies. (RFC 5321 7.2)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: RCPT TO:<c@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: Subject: two
C: 
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example c@away.example
has not: *for <*
