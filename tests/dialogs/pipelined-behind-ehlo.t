# A client may pipeline behind EHLO although it must not: no reply is lost. (RFC 2920 3.1)
settings: networks = 127.0.0.1
S: 220 office.example *
C: EHLO client.example
C: NOOP
C: VRFY x
C: MAIL FROM:<a@office.example>
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
S: 250 2.0.0 *
S: 252 2.5.0 *
S: 250 2.1.0 *
