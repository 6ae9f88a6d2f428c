# A message over -s says ESMTPS, as one after STARTTLS does. (RFC 3848, RFC 8314 4.3)
settings: networks = 127.0.0.1
implicit tls
C: MAIL FROM:<a@office.example>
S: 250 2.1.0 *
C: RCPT TO:<b@away.example>
S: 250 2.1.5 *
C: DATA
S: 354 *
C: To: b@away.example
C: 
C: text
C: .
S: 250 2.0.0 *
delivered: -i -oeq -f a@office.example -t
has: \tby office.example (Postern) with ESMTPS id {id}
has: \ttls TLS_* (TLS 1.3);
body: text
