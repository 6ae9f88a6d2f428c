# It begins with the greeting. (DESIGN.md 4)
settings: login_timeout = 1s
S: 220 office.example *
S: 421 4.4.2 *
S: closed
log: disconnect reason=timeout stage=start
