# A key without a certificate is an error of the settings. (DESIGN.md 4)
settings: tls_key = /nowhere/office.key
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*tls_certificate*
