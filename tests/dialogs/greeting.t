# The greeting is one line of 220 that names the host first. (RFC 5321 4.2, 4.3.1)
alone
S: 220 office.example ESMTP Postern
