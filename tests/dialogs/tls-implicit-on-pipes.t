# -s on two pipes. (RFC 8314 3.3)
settings: networks = 127.0.0.1
pipes
implicit tls
C: NOOP
S: 250 2.0.0 *
close tls
log: tls result=ok
log: disconnect reason=hangup
