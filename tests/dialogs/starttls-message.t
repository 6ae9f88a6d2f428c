# Received says ESMTPS after TLS without a login, and names the cipher of TLS 1.2 as IANA does. (RFC 8314 4.3)
settings: networks = 127.0.0.1
tls
C: STARTTLS
S: 220 2.0.0 *
handshake TLSv1.2
hello
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
has: Received: from client.example ([127.0.0.1])
has: \tby office.example (Postern) with ESMTPS id {id}
has: \ttls TLS_ECDHE_ECDSA_WITH_* (TLS 1.2);
body: text
log: tls result=ok version=TLSv1.2 cipher=TLS_ECDHE_ECDSA_WITH_* bits=*
