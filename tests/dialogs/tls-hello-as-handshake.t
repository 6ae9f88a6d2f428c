# A TLS library that meets the plain port fails at once, and is not answered in clear. (RFC 8314 3.3)
tls
S: 220 office.example *
handshake fails
log: foreign value=*tls*
log: disconnect reason=foreign
