# A command sent along with STARTTLS may be an attacker's, and is not answered, least of all in TLS. (RFC 3207 6)
settings: networks = 127.0.0.1
tls
not in octets
C: STARTTLS
C: MAIL FROM:<mallory@office.example>
S: 503 5.5.1 *
S: closed
log: injection
log: disconnect reason=injection
log not: mail *
