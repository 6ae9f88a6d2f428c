# EHLO may be said again at any time; each is answered anew. (RFC 5321 4.1.4)
alone
C: EHLO other.example
S: 250-office.example*
S*4: 250-*
S: 250 ENHANCEDSTATUSCODES
C: NOOP
S: 250 2.0.0 *
