# What is pipelined behind QUIT is not answered; the last reply arrives whole. (RFC 5321 4.1.1.10, RFC 2920 3.1)
alone
C: QUIT
C: NOOP
C: NOOP
S: 221 2.0.0 *
S: closed
