# Without a certificate STARTTLS is neither offered nor understood. (RFC 3207 4, RFC 5321 4.2.4)
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-AUTH SCRAM-SHA-256 PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
C: STARTTLS
S: 502 5.5.1 *
C: NOOP
S: 250 2.0.0 *
