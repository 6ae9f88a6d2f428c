# A client that begins with TLS on the plain port is let go at once, and the log says what it was. (RFC 8314 3.3)
alone
S: 220 office.example *
C: \x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03junk
S: closed
log: foreign value=*tls*
log: disconnect reason=foreign
