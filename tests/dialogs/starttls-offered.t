# With a certificate and its key STARTTLS is offered. (RFC 3207 4)
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
