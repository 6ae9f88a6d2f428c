# -s without a certificate in the settings is an error of the settings, in silence. (DESIGN.md 4)
settings: tls_certificate =
settings: tls_key =
implicit tls
exit: 1
S: closed
log: error what=*tls_certificate*
