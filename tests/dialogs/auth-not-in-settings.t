# A mechanism that `mechanisms` leaves out is neither offered nor taken. (DESIGN.md 4)
settings: mechanisms = LOGIN
account: alice sesame-open
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-AUTH LOGIN
S: 250 ENHANCEDSTATUSCODES
C: AUTH PLAIN {base64 \0alice\0sesame-open}
S: 504 5.5.4 *
