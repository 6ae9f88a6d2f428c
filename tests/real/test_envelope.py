"""Whom a message reaches: exactly the accepted recipients, by -t only where every sendmail reads the header alike.

Each row is a client's RCPTs and header, and how sendmail must be called: HEADER (-t) or the names. Why a
header may not be trusted with -t is measured, for fourteen sendmail programs (DESIGN.md 3).
"""

import email.utils
import re

import pytest

HEADER = "-t"
A, B, C, D = "ann@away.example", "ben@away.example", "cy@third.example", "dee@third.example"

# (what, RCPT TO…, header, HEADER or names); a row's names are its RCPTs unless said otherwise.
EXACT = [
    ("one", [A], "To: ann@away.example"),
    ("in brackets", [A], "To: <ann@away.example>"),
    ("atoms", [A], "To: Ann Smith-Jones <ann@away.example>"),
    ("quoted text", [A], 'To: "Ann A. Smith & Co" <ann@away.example>'),
    ("two by a comma and a blank", [A, B], "To: ann@away.example, ben@away.example"),
    ("two by a comma", [A, B], "To: ann@away.example,ben@away.example"),
    ("another order", [B, A], "To: ann@away.example, ben@away.example"),
    ("To and Cc", [A, B, C], "To: ann@away.example\nCc: ben@away.example, cy@third.example"),
    ("Cc alone", [A], "Cc: ann@away.example"),
    ("other fields around", [A], "Subject: x\nTo: ann@away.example\nX-Folded: a\n b\nReply-To: dee@third.example"),
    ("mail to oneself twice", [A, A], "To: ann@away.example"),
    ("local part with ._+=-", ["a.b_c+d=e-f@away.example"], "To: a.b_c+d=e-f@away.example"),
    ("line of To of 900", [A], 'To: "%s" <ann@away.example>' % ("n" * (900 - 25))),
]

BY_NAME = [
    ("no header at all", [A], ""),
    ("no recipient in it", [A], "Subject: x"),
    ("header has more", [A], "To: ann@away.example, ben@away.example"),
    ("header has less", [A, B], "To: ann@away.example"),
    ("header names somebody else", [A], "To: ben@away.example"),
    ("blind copy by the envelope only", [A, B], "To: ann@away.example\nCc: cy@third.example"),
    ("blind copy in the header", [A, B], "To: ann@away.example\nBcc: ben@away.example"),
    ("nobody but a blind copy", [A], "Bcc: ann@away.example"),
    ("blind copy in another case", [A, B], "To: ann@away.example\nbCC: ben@away.example"),
    ("blind copy, blank before the colon", [A, B], "To: ann@away.example\nBcc : ben@away.example"),
    ("blind copy, folded", [A, B], "To: ann@away.example\nBcc:\n ben@away.example"),
    ("Resent-Bcc", [A], "To: ann@away.example\nResent-Bcc: ben@away.example"),
    ("Resent-To", [B], "To: ann@away.example\nResent-To: ben@away.example"),
    ("Resent-From alone", [A], "To: ann@away.example\nResent-From: ben@away.example"),
    ("Resent-Sender alone", [A], "To: ann@away.example\nResent-Sender: ben@away.example"),
    ("Apparently-To", [A], "To: ann@away.example\nApparently-To: ben@away.example"),
    ("list's header", [C, D], "To: list@lists.example"),
    ("case of the local part", [A], "To: Ann@away.example"),
    ("case of the domain", [A], "To: ann@AWAY.example"),
    ("named twice in To", [A], "To: ann@away.example, ann@away.example"),
    ("named in To and in Cc", [A], "To: ann@away.example\nCc: ann@away.example"),
    ("two To", [A, B], "To: ann@away.example\nTo: ben@away.example"),
    ("two Cc", [A, B, C], "To: ann@away.example\nCc: ben@away.example\nCc: cy@third.example"),
    ("Cc before To", [A, B], "Cc: ben@away.example\nTo: ann@away.example"),
    ("folded To", [A, B], "To: ann@away.example,\n ben@away.example"),
    ("folded behind the colon", [A], "To:\n ann@away.example"),
    ("group", [A, B], "To: friends: ann@away.example, ben@away.example;"),
    ("empty group", [A], "To: undisclosed-recipients:;"),
    ("comment", [A], "To: ann@away.example (Ann)"),
    ("comment with an address", [A], "To: (ben@away.example) ann@away.example"),
    ("quoted local part", [A], 'To: "ann"@away.example'),
    ("obsolete route", [A], "To: <@relay.example:ann@away.example>"),
    ("address in a quoted name", [A], 'To: "a <evil@third.example>" <ann@away.example>'),
    ("comma in a quoted name", [A], 'To: "Smith, Ann" <ann@away.example>'),
    ("backslash in a quoted name", [A], 'To: "Ann \\" Smith" <ann@away.example>'),
    ("address before the brackets", [A], "To: evil@third.example <ann@away.example>"),
    ("dot in an atom", [A], "To: Ann A. Smith <ann@away.example>"),
    ("name without a blank", [A], "To: Ann<ann@away.example>"),
    ("blank in the brackets", [A], "To: < ann@away.example >"),
    ("no blank behind the colon", [A], "To:ann@away.example"),
    ("two blanks behind the colon", [A], "To:  ann@away.example"),
    ("TAB behind the colon", [A], "To:\tann@away.example"),
    ("blank before the colon", [A], "To : ann@away.example"),
    ("blank before another colon", [A], "To: ann@away.example\nSubject : x"),
    ("blank at the end", [A], "To: ann@away.example "),
    ("comma at the end", [A], "To: ann@away.example,"),
    ("empty element", [A, B], "To: ann@away.example,, ben@away.example"),
    ("two blanks behind a comma", [A, B], "To: ann@away.example,  ben@away.example"),
    ("blank before a comma", [A, B], "To: ann@away.example , ben@away.example"),
    ("semicolon between", [A, B], "To: ann@away.example; ben@away.example"),
    ("blank between", [A, B], "To: ann@away.example ben@away.example"),
    ("empty To", [A], "To: \nCc: ann@away.example"),
    ("unqualified in the header", [A], "To: ann@away.example, root"),
    ("address literal in the header", [A], "To: ann@away.example, ben@[192.0.2.1]"),
    ("name without dot", [A], "To: ann@away.example, ben@localhost"),
    ("domain with a dot at its end", [A], "To: ann@away.example."),
    ("dots in a row", [A], "To: ann@away.example, b..n@away.example"),
    ("hyphen first, in the header", [A], "To: ann@away.example, -oQ/tmp@away.example"),
    ("pipe in the header", [A], "To: ann@away.example, |/bin/sh@away.example"),
    ("file in the header", [A], "To: ann@away.example, /etc/passwd"),
    ("8 bits in the header", [A], "To: ann@away.example\nSubject: gr\xfc\xdfe"),
    ("8 bits in the name", [A], "To: J\xfcrgen <ann@away.example>"),
    ("control in the header", [A], "To: ann@away.example\nSubject: a\x0bb"),
    ("form feed at a line's beginning", [A], "Subject: x\n\x0cTo: ben@away.example\nTo: ann@away.example"),
    ("blank continuation", [A], "Subject: x\n \nTo: ann@away.example"),
    ("field name over 64", [A], "To: ann@away.example\n" + "X" * 65 + ": x"),
    ("field name with an odd octet", [A], "To: ann@away.example\nX_Odd: x"),
    ("line that is no field", [A], "To: ann@away.example\nno field\nCc: ben@away.example"),
    ("continuation before any field", [A], " folded\nTo: ann@away.example"),
    ("line of To over 900", [A], 'To: "%s" <ann@away.example>' % ("n" * (901 - 25))),
    ("header over 32,000", [A], "To: ann@away.example\n" + "X-Long: %s\n" % ("x" * 900) * 35 + "Subject: x"),
]


def send(postern, recipients, header, sender="boss@office.example", body="the text\n"):
    client = postern.connect()
    client.docmd("MAIL FROM:<%s>" % sender)
    refused = [rcpt for rcpt in recipients if client.docmd("RCPT TO:<%s>" % rcpt)[0] != 250]
    assert client.docmd("DATA")[0] == 354
    text = (header + "\n" if header else "") + "\n" + body
    client.send(re.sub("(?m)^[.]", "..", text).replace("\n", "\r\n").encode("latin-1") + b".\r\n")
    code, words = client.getreply()
    assert code == 250, words
    assert client.quit()[0] == 221
    return refused


def judge(postern, header, wanted, sender="boss@office.example"):
    """Holds the one delivery to its arguments, and its header to what the client sent."""
    delivery = postern.only_delivery()
    assert delivery.arguments[:4] == ["-i", "-oeq", "-f", sender]
    assert delivery.arguments[4:] == ([HEADER] if wanted == HEADER else ["--"] + wanted)
    sent = re.sub(r"(?im)^(resent-)?bcc[ \t]*:.*(\n[ \t].*)*\n?", "", header + "\n").rstrip("\n")
    got = delivery.message.decode("latin-1")
    for line in sent.split("\n"):
        assert line.rstrip("\n") in got.split("\n"), line
    return delivery


@pytest.mark.parametrize("recipients, header", [row[1:] for row in EXACT], ids=[row[0] for row in EXACT])
def test_header_is_exact(postern, recipients, header):
    postern.write_settings(networks="127.0.0.1")
    assert send(postern, recipients, header) == []
    delivery = judge(postern, header, HEADER)
    # By somebody else's parser, too: the header names these and nobody else.
    named = email.utils.getaddresses(delivery.fields("To") + delivery.fields("Cc") + delivery.fields("Bcc"))
    assert sorted(address for _, address in named) == sorted(set(recipients))
    assert postern.wait_logged("relay by=header status=0")


@pytest.mark.parametrize("recipients, header", [row[1:] for row in BY_NAME], ids=[row[0] for row in BY_NAME])
def test_header_is_not(postern, recipients, header):
    postern.write_settings(networks="127.0.0.1", header_size_limit=64000)
    assert send(postern, recipients, header) == []
    judge(postern, header, recipients)
    assert postern.wait_logged("relay by=name status=0")


def test_refused_recipient_in_header(postern):
    """A recipient that was refused is in the header: -t would reach him."""
    postern.write_settings(networks="127.0.0.1")
    refused = send(postern, ["-froot@away.example", A], "To: -froot@away.example, ann@away.example")
    assert refused == ["-froot@away.example"]
    judge(postern, "To: -froot@away.example, ann@away.example", [A])


def test_case_makes_two(postern):
    postern.write_settings(networks="127.0.0.1")
    send(postern, [A, "Ann@away.example", A], "To: ann@away.example, Ann@away.example")
    judge(postern, "To: ann@away.example, Ann@away.example", HEADER)


def test_null_sender_by_header(postern):
    postern.write_settings(networks="127.0.0.1")
    send(postern, [A], "To: ann@away.example", sender="")
    judge(postern, "To: ann@away.example", HEADER, sender="")


@pytest.mark.parametrize("settings, limit", [({}, 100), ({"recipient_limit": 1000}, 1000)])
def test_many_recipients(postern, settings, limit):
    """RFC 5321 4.5.3.1.8: 100 at least, the next is 452 and the others stand; all in one exec, by name."""
    postern.write_settings(networks="127.0.0.1", **settings)
    recipients = ["person%d@away.example" % n for n in range(limit)]
    client = postern.connect()
    client.docmd("MAIL FROM:<boss@office.example>")
    client.send(b"".join(b"RCPT TO:<%s>\r\n" % rcpt.encode() for rcpt in recipients))
    assert {client.getreply()[0] for _ in recipients} == {250}
    assert client.docmd("RCPT TO:<one-too-many@away.example>")[0] == 452
    assert client.docmd("RCPT TO:<person0@away.example>")[0] == 250
    assert client.docmd("DATA")[0] == 354
    client.send(b"Subject: many\r\n\r\n.\r\n")
    assert client.getreply()[0] == 250
    client.quit()
    assert postern.only_delivery().arguments[5:] == recipients


def test_one_after_the_other(postern):
    """Nothing of a message's envelope or header shines through to the next."""
    postern.write_settings(networks="127.0.0.1")
    client = postern.connect()
    wanted = []
    for recipients, header, how in (([A], "To: ann@away.example", [HEADER]),
                                    ([B], "Subject: x", ["--", B]),
                                    ([C], "To: cy@third.example", [HEADER]),
                                    ([D, C], "To: dee@third.example", ["--", D, C])):
        client.sendmail("boss@office.example", recipients, header + "\n\ntext\n")
        wanted.append(how)
    client.quit()
    assert [delivery.arguments[4:] for delivery in postern.deliveries()] == wanted
