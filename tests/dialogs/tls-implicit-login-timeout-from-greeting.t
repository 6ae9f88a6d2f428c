# With -s too login_timeout runs from the greeting: a slow handshake takes nothing of it. (DESIGN.md 4)
settings: login_timeout = 3s
implicit tls
wait 1
handshake
S: 220 office.example ESMTP *
C: NOOP
S: 250 2.0.0 *
S: 421 4.4.2 *
waited: 2.5
S: closed
log: tls result=ok
log: disconnect reason=timeout
