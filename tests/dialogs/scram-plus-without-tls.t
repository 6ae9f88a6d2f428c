# Channel binding needs a channel: without TLS no -PLUS is offered or taken. (RFC 5802 6)
account: alice sesame-open
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-AUTH SCRAM-SHA-256 PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
C: AUTH SCRAM-SHA-256-PLUS {base64 p=tls-unique,,n=alice,r=rOprNGfwEbeRWgbNEkqO}
S: 504 5.5.4 *
C: AUTH SCRAM-SHA-256-PLUS
S: 504 5.5.4 *
C: AUTH SCRAM-SHA-1
S: 504 5.5.4 *
C: NOOP
S: 250 2.0.0 *
