# Without the certificate's key TLS is out of service, and the log names the setting. (DESIGN.md 4)
settings: tls_key = /nowhere/office.key
tls
C: STARTTLS
S: 454 4.7.0 *
C: NOOP
S: 250 2.0.0 *
log: tls result=unavailable *tls_key*
