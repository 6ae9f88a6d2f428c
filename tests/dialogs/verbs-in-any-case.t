# Verbs and keywords may be written in any case of letters. (RFC 5321 2.4)
settings: networks = 127.0.0.1
C: mail from:<a@office.example> size=10
S: 250 2.1.0 *
C: RcPt To:<b@away.example>
S: 250 2.1.5 *
C: rset
S: 250 2.0.0 *
C: NoOp
S: 250 2.0.0 *
