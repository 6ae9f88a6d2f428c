# A name that cannot be verified is no reason to refuse: literals, underscores, no dot. (RFC 5321 4.1.4)
alone
S: 220 office.example *
C: HELO [192.0.2.7]
S: 250 office.example*
C: HELO my_printer
S: 250 office.example*
C: HELO localhost
S: 250 office.example*
C: HELO [IPv6:2001:db8::1]
S: 250 office.example*
