# tls_required without a certificate would be no service at all; it is an error of the settings. (DESIGN.md 4)
settings: tls_required = yes
exit: 1
S: 421 4.3.0 *
S: closed
log: error what=*tls_required*
