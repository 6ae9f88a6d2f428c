# A single octet behind STARTTLS is one too many. (RFC 3207 6)
tls
not in octets
C: STARTTLS
C: X\
S: 503 5.5.1 *
S: closed
log: injection
log: disconnect reason=injection
