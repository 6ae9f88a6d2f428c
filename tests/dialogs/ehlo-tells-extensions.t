# EHLO answers with the host's name, then one keyword a line, SIZE with the fixed limit. (RFC 5321 4.1.1.1, RFC 1870 3)
settings: message_size_limit = 123456
S: 220 office.example *
C: EHLO client.example
S: 250-office.example*
S: 250-PIPELINING
S: 250-SIZE 123456
S: 250-8BITMIME
S: 250-AUTH *PLAIN LOGIN
S: 250 ENHANCEDSTATUSCODES
