# Without its certificate TLS is out of service, and all else is served. (DESIGN.md 4)
settings: networks = 127.0.0.1
settings: tls_certificate = /nowhere/office.pem
tls
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-STARTTLS
S: 250-AUTH SCRAM-SHA-256 PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
C: STARTTLS
S: 454 4.7.0 *
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
has: *with ESMTP id *
body: text
log: tls result=unavailable *tls_certificate*
