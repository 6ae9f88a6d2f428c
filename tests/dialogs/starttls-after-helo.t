# STARTTLS is taken after HELO too: safety is no question of manners. (RFC 3207 4)
tls
S: 220 office.example *
C: HELO client.example
S: 250 office.example*
C: STARTTLS
S: 220 2.0.0 *
handshake
hello
