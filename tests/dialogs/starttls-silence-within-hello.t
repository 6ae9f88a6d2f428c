# Half a handshake is waited for no longer than none. (DESIGN.md 4)
settings: login_timeout = 1s
tls
C: STARTTLS
S: 220 2.0.0 *
clear: \x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03
S: closed
log: disconnect reason=timeout stage=tls
