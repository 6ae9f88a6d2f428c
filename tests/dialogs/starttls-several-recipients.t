# The cipher stands in Received with several recipients too, where there is no `for`. (RFC 8314 4.3)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: RCPT TO:<c@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: 
C: text
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -- b@away.example c@away.example
has: \tby office.example (Postern) with ESMTPS id {id}*
has not: *for <*
has: \ttls TLS_* (TLS 1.3);
