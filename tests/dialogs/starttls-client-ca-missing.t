# Without the authorities that tls_client_ca names there is no TLS, rather than one that asks for nothing. (DESIGN.md 4)
settings: tls_client_ca = /nowhere/ca.pem
tls
C: STARTTLS
S: 454 4.7.0 *
C: NOOP
S: 250 2.0.0 *
log: tls result=unavailable *tls_client_ca*
