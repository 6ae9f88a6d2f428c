# On pipes nothing may stand behind STARTTLS either. (RFC 3207 6)
settings: networks = 127.0.0.1
pipes
tls
not in octets
C: STARTTLS
C: NOOP
S: 503 5.5.1 *
S: closed
log: injection
log: disconnect reason=injection
