# What ends with a bare LF has not ended: nothing is answered until CRLF comes. (RFC 5321 2.3.8)
alone
C: QUIT\n\
wait 0.3
C: NOOP
S: 501 5.5.2 *CR LF*
C: NOOP
S: 250 2.0.0 *
