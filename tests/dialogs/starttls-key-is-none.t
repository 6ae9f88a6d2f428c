# A key that is no key is told by its setting, not to the client. (DESIGN.md 4)
settings: tls_key = /proc/self/status
tls
C: STARTTLS
S: 454 4.7.0 *
C: NOOP
S: 250 2.0.0 *
log: tls result=unavailable *tls_key*
