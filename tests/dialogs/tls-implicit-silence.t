# Over -s a client that says nothing is let go after login_timeout, and was told nothing. (DESIGN.md 4)
settings: login_timeout = 1s
implicit tls
wait 0
S: closed
log: disconnect reason=timeout stage=tls
