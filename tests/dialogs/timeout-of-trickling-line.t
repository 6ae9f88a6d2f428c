# A line that trickles in an octet at a time must be whole in time all the same. (RFC 5321 4.5.3.2.7)
settings: command_timeout = 1s
C: NO\
wait 0.5
C: O\
wait 0.4
C: P\
wait 0.4
S: 421 4.4.2 *
S: closed
