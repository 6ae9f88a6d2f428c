# A message in clear, then one in TLS: each says how it came. (RFC 3848)
settings: networks = 127.0.0.1
tls
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
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
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
has: *with ESMTP id *
has not: *tls TLS_*
delivered: *
has: *with ESMTPS id *
has: \ttls TLS_*
