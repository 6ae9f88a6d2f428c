/* Prints where each field of the records of postern-auth lies, and the numbers of the lists that
 * they hold, for the tests that are not C: tests/real/wire.py reads it.
 * Runs in: the tests. */
#include <stddef.h>
#include <stdio.h>

#include "base/mechanism.h"
#include "base/wire.h"

#define RECORD(record) printf("record %s %zu\n", #record, sizeof(struct record))
#define FIELD(record, field)                                                                       \
	printf("field %s %s %zu %zu\n", #record, #field, offsetof(struct record, field),           \
		sizeof(((struct record *)NULL)->field))
#define NUMBER(name) printf("number %s %d\n", #name, (int)(name))

int main(void)
{
	RECORD(wire_auth);
	FIELD(wire_auth, type);
	FIELD(wire_auth, mechanism);
	FIELD(wire_auth, passwords);
	FIELD(wire_auth, jail_layers);
	FIELD(wire_auth, log_unknown_users);
	FIELD(wire_auth, iterations);
	FIELD(wire_auth, check);
	FIELD(wire_auth, hostname);
	FIELD(wire_auth, realm);
	FIELD(wire_auth, accounts);
	FIELD(wire_auth, saslauthd_socket);
	FIELD(wire_auth, plugin);
	FIELD(wire_auth, sasl_configuration);
	FIELD(wire_auth, keytab);
	FIELD(wire_auth, local);
	FIELD(wire_auth, remote);
	FIELD(wire_auth, tls_bits);
	FIELD(wire_auth, bindings);
	FIELD(wire_auth, certificate);
	RECORD(wire_bindings);
	FIELD(wire_bindings, exporter_len);
	FIELD(wire_bindings, unique_len);
	FIELD(wire_bindings, exporter);
	FIELD(wire_bindings, unique);
	RECORD(wire_token);
	FIELD(wire_token, type);
	FIELD(wire_token, present);
	RECORD(wire_more);
	FIELD(wire_more, type);
	RECORD(wire_verdict);
	FIELD(wire_verdict, type);
	FIELD(wire_verdict, verdict);
	FIELD(wire_verdict, reason);
	FIELD(wire_verdict, renew);
	FIELD(wire_verdict, login);
	FIELD(wire_verdict, name_key);
	FIELD(wire_verdict, password_key);
	NUMBER(WIRE_AUTH);
	NUMBER(WIRE_MORE);
	NUMBER(WIRE_VERDICT);
	NUMBER(WIRE_TOKEN_MAX);
	NUMBER(REQUEST_token);
	NUMBER(MECHANISM_SCRAM_SHA_512_PLUS);
	NUMBER(MECHANISM_SCRAM_SHA_512);
	NUMBER(MECHANISM_SCRAM_SHA_384_PLUS);
	NUMBER(MECHANISM_SCRAM_SHA_384);
	NUMBER(MECHANISM_SCRAM_SHA_256_PLUS);
	NUMBER(MECHANISM_SCRAM_SHA_256);
	NUMBER(MECHANISM_SCRAM_SHA_224_PLUS);
	NUMBER(MECHANISM_SCRAM_SHA_224);
	NUMBER(MECHANISM_SCRAM_SHA_1_PLUS);
	NUMBER(MECHANISM_SCRAM_SHA_1);
	NUMBER(MECHANISM_PLAIN);
	NUMBER(MECHANISM_LOGIN);
	NUMBER(MECHANISM_CRAM_MD5);
	NUMBER(MECHANISM_GSSAPI);
	NUMBER(MECHANISMS);
	NUMBER(PASSWORDS_ACCOUNTS);
	NUMBER(PASSWORDS_SHADOW);
	NUMBER(PASSWORDS_SASLAUTHD);
	NUMBER(LAYERS_ALL);
	NUMBER(YES);
	NUMBER(NO);
	NUMBER(CANNOT_TELL);
	NUMBER(REASON_NONE);
	NUMBER(REASON_WRONG);
	NUMBER(REASON_UNKNOWN);
	NUMBER(REASON_DISABLED);
	NUMBER(REASON_MECHANISM);
	NUMBER(REASON_MALFORMED);
	NUMBER(REASON_CANCELLED);
	NUMBER(REASON_STORE);
	NUMBER(REASON_PLUGIN);
	return 0;
}
