# A text of nothing but the dot is a message: empty, but for what we add. (RFC 5321 4.1.1.4)
settings: networks = 127.0.0.1
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example
has: Received: *
has: Date: *
has: From: *a@office.example*
