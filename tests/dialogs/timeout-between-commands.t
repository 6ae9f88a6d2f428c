# A client that says nothing for command_timeout is told 421 4.4.2. (RFC 5321 4.5.3.2.7)
settings: command_timeout = 1s
C: NOOP
S: 250 2.0.0 *
S: 421 4.4.2 *
S: closed
log: disconnect reason=timeout stage=command
