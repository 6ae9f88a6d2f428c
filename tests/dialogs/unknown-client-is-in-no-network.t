# A client whose address nobody tells is in no list, not even in 0.0.0.0/0. (DESIGN.md 1.5)
settings: networks = 0.0.0.0/0 ::/0
settings: cleartext_networks = 0.0.0.0/0 ::/0
client: unknown
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-AUTH SCRAM-SHA-256
S: 250 ENHANCEDSTATUSCODES
C: MAIL FROM:<a@office.example>
S: 530 5.7.0 *
log: connect client=unknown
