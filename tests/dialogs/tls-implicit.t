# With -s all is in TLS from the first octet, and there is no STARTTLS. (RFC 8314 3.3)
implicit tls
S: 220 office.example ESMTP *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
C: STARTTLS
S: 503 5.5.1 *
log: connect *
log: tls result=ok version=TLSv1.3
log: disconnect reason=quit
