# Mechanisms are told in the order of the settings. (DESIGN.md 4)
settings: mechanisms = LOGIN PLAIN
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE *
S: 250-8BITMIME
S: 250-AUTH LOGIN PLAIN
S: 250 ENHANCEDSTATUSCODES
