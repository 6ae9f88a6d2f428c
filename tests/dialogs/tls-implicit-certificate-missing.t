# With -s and no certificate there is nothing that could be said: the connection ends, and the log has it. (DESIGN.md 4)
settings: tls_certificate = /nowhere/office.pem
implicit tls
exit: *
S: closed
log: tls result=unavailable *tls_certificate*
log: disconnect *
