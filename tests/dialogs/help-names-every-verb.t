# HELP lists the verbs that are served, each line with its code. (RFC 5321 4.1.1.8, RFC 2034 3)
alone
C: HELP
S*12: 214-2.0.0 *
S: 214 2.0.0 *
C: NOOP
S: 250 2.0.0 *
