# A certificate without a key is an error of the settings. (DESIGN.md 4)
settings: tls_certificate = /nowhere/office.pem
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*tls_key*
