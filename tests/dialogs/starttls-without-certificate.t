# STARTTLS that is not offered is not understood. (RFC 5321 4.2.4)
alone
C: STARTTLS
S: 50* 5.5.*
