# A -PLUS comes with its plain name; by itself it is an error of the settings. (DESIGN.md 4)
settings: mechanisms = SCRAM-SHA-256-PLUS
exit: 1
S: 421 4.3.0 *
S: closed
log: error what="*covered by the mechanism's plain name*"
