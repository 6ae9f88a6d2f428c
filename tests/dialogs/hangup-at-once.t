# A client that hangs up at once is logged, and nothing else happens. (RFC 5321 3.8)
alone
S: 220 office.example *
hang up
log: disconnect reason=hangup stage=start
